// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

/** What the process says at its end; the manual lists the same. */
public final class ExitCode {

  public static final int DONE = 0;
  public static final int FAILED = 1;

  /** Wrong usage or configuration: the same call cannot succeed until the caller changes it. */
  public static final int USAGE = 2;

  /** More rejects than the caller allows. */
  public static final int REJECTS = 3;

  /** The source's columns changed, and the caller does not allow it. */
  public static final int DRIFT = 4;

  /** Source and target differ. */
  public static final int DIFFERENT = 5;

  /** A run did what it was to do, and something that was watched went beyond its threshold. */
  public static final int THRESHOLD = 6;

  /** Another run of the same job is active. */
  public static final int ACTIVE = 7;

  /** Stopped by SIGINT. The JVM itself turns this into 143 for SIGTERM. */
  public static final int STOPPED = 130;

  private ExitCode() {}
}
