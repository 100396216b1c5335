// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.child;

import dev.millrace.runners.console.DaemonThread;
import java.io.IOException;
import java.io.InputStream;

/**
 * Sees, within a child, that its parent wishes it to end, or has died: both close its standard
 * input, the one on purpose, the other because the system does.
 */
public final class ParentWatch {

  private ParentWatch() {}

  /**
   * Begins to watch, in a daemon thread.
   *
   * @param input the standard input, which nobody else reads
   * @param onEnd is called once
   */
  public static void begin(InputStream input, Runnable onEnd) {
    DaemonThread.start(
        "millrace-parent",
        () -> {
          try {
            while (input.read() >= 0) {
              // A parent says nothing.
            }
          } catch (IOException gone) {
            // As good as its end.
          }
          onEnd.run();
        });
  }
}
