// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Runs commands one after another in this JVM, as a benchmark has it do, whose question is what
 * stays of each: a line of standard input is a command, its words apart by tabs; each is answered
 * by its exit code.
 */
@Command(
    name = "repeat",
    hidden = true,
    description = "Runs commands one after another for another process.")
final class RepeatCommand implements Callable<Integer> {

  private final Console console;

  RepeatCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      int exitCode = Millrace.run(console, line.split("\t", -1));
      console.out().println("exit code " + exitCode);
    }
    return ExitCode.DONE;
  }
}
