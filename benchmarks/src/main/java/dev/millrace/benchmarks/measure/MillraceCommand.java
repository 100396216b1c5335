// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.util.List;

/** Starts {@code millrace} as a process of its own. */
@FunctionalInterface
public interface MillraceCommand {

  /**
   * A process to be started.
   *
   * @param jvmFlags of the process
   * @param arguments of the command
   */
  ProcessBuilder with(List<String> jvmFlags, List<String> arguments);
}
