// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.copy.BlockSizeBench;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures how large blocks should be on this machine. */
record BlockSizeBenchWork(long rows, int rounds) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    if (rows < 1 || rounds < 1) {
      throw new UsageException(
          "Invalid numbers: %d rows, %d rounds (must be 1 or more)".formatted(rows, rounds));
    }
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would copy %,d rows in blocks of several sizes, %d rounds".formatted(rows, rounds));
    }
    List<BlockSizeBench.Line> lines =
        BlockSizeBench.run(rows, rounds, run.options().parallelism, run::tell);
    List<String> report = new ArrayList<>(List.of(BlockSizeBench.Line.head()));
    lines.forEach(line -> report.add(line.text()));
    return new Outcome(Counts.NONE, report, Map.of("result", lines), ExitCode.DONE);
  }
}
