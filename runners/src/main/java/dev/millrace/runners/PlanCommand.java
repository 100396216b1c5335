// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.runners.console.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace plan}: what another command would do. */
@Command(
    name = "plan",
    sortOptions = false,
    customSynopsis = "Usage: millrace plan COMMAND [OPTION...]",
    description = {
      "Says what a command would do, and what connections it may open beside what the servers",
      "have; refuses what cannot work. Writes nothing. The same as COMMAND --dry-run."
    },
    footer = {
      "",
      "Example:",
      "  millrace plan sync --source=jdbc:postgresql://db1/shop --table=public.orders \\",
      "      --target=jdbc:postgresql://db2/dwh --parallelism=8 --max-connections=20"
    })
final class PlanCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "1..*",
      description = "The command with its options, as in sync --table=orders.")
  List<String> command = List.of();

  private PlanCommand(Console console) {
    this.console = console;
  }

  static CommandLine line(Console console) {
    CommandLine line = new CommandLine(new PlanCommand(console));
    // What follows its first word belongs to the command planned.
    line.setStopAtPositional(true);
    return line;
  }

  @Override
  public Integer call() {
    List<String> words = new ArrayList<>(command);
    words.add("--dry-run");
    return Millrace.run(console, words.toArray(String[]::new));
  }
}
