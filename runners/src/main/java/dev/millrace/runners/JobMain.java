// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The main class of the job jar, called by {@code flink run} or by Flink's web UI: the command with
 * {@code --runner=flink}, which there is the cluster that Flink was told of.
 */
public final class JobMain {

  private JobMain() {}

  /**
   * Runs the command. It never ends the process, which may be a JobManager.
   *
   * @throws IllegalStateException if the command failed, after it said why
   */
  public static void main(String[] args) {
    List<String> arguments = new ArrayList<>(Arrays.asList(args));
    if (arguments.stream().noneMatch(argument -> argument.startsWith("--runner"))) {
      arguments.add("--runner=flink");
    }
    int code = Millrace.run(Console.ofProcess(), arguments.toArray(String[]::new));
    if (code != ExitCode.DONE) {
      throw new IllegalStateException(
          "Cannot finish: the command ended with exit code " + code + ", and said why before this");
    }
  }
}
