// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

/** A thread that keeps no JVM from ending. */
public final class DaemonThread {

  private DaemonThread() {}

  /** Does something beside the caller. */
  public static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
