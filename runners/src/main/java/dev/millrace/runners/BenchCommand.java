// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.benchmarks.copy.CopyBench;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
      description = {
        "copy (the default): a table copied by JdbcIO, by Millrace and by raw pipes;",
        "memory: the heap that Millrace needs for a table and for one ten times as long."
      })
  String scenario = "copy";

  private static final long MEMORY_ROWS = 1_000_000;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows to copy; default: 5000000, for memory 1000000 and ten times as many.")
  @Nullable Long rows;

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
  void check(CommonOptions options) {
    if (options.runner.isCluster()) {
      throw new UsageException(
          "Invalid --runner: %s (must be left out: bench starts each contender itself)"
              .formatted(options.runner));
    }
  }

  @Override
  Work work() {
    return switch (scenario) {
      case "copy" ->
          new BenchWork(
              rows == null ? CopyBench.Options.defaults().rows() : rows,
              baselineRows,
              rounds,
              contenders,
              modes);
      case "memory" -> new MemoryWork(rows == null ? MEMORY_ROWS : rows, contenders);
      default ->
          throw new UsageException("Invalid scenario: " + scenario + " (must be copy or memory)");
    };
  }
}
