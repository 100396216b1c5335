// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace bench}. */
@Command(
    name = "bench",
    description = "Measures a baseline against Millrace, in one run, on the same data.")
final class BenchCommand extends RunCommand {

  @Parameters(
      paramLabel = "SCENARIO",
      arity = "0..1",
      description = "copy (the default): a table copied by JdbcIO, by Millrace and by raw pipes.")
  String scenario = "copy";

  @Option(names = "--rows", paramLabel = "N", description = "Rows to copy; default: 5000000.")
  long rows = 5_000_000;

  @Option(
      names = "--baseline-rows",
      paramLabel = "N",
      description = "Rows that JdbcIO copies, at most; default: 1000000.")
  long baselineRows = 1_000_000;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds; default: 3.")
  int rounds = 3;

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "Who takes part, as in pipe,millrace-direct; default: all.")
  List<String> contenders = List.of();

  @Option(
      names = "--modes",
      split = ",",
      paramLabel = "MODE",
      description = "append, upsert or both; default: both.")
  List<String> modes = List.of();

  BenchCommand(Console console) {
    super(console);
  }

  @Override
  Work work() {
    if (!scenario.equals("copy")) {
      throw new UsageException("Invalid scenario: " + scenario + " (must be copy)");
    }
    return new BenchWork(rows, baselineRows, rounds, contenders, modes);
  }
}
