// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

/** What the process says at its end; the manual lists the same. */
final class ExitCode {

  static final int DONE = 0;
  static final int FAILED = 1;

  /** Wrong usage or configuration: the same call cannot succeed until the caller changes it. */
  static final int USAGE = 2;

  /** More rejects than the caller allows. */
  static final int REJECTS = 3;

  /** The source's columns changed, and the caller does not allow it. */
  static final int DRIFT = 4;

  /** Source and target differ. */
  static final int DIFFERENT = 5;

  /** A run did what it was to do, and something that was watched went beyond its threshold. */
  static final int THRESHOLD = 6;

  /** Another run of the same job is active. */
  static final int ACTIVE = 7;

  /** Stopped by SIGINT. The JVM itself turns this into 143 for SIGTERM. */
  static final int STOPPED = 130;

  private ExitCode() {}
}
