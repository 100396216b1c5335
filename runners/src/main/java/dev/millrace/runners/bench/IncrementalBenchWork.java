// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.incremental.IncrementalBench;
import dev.millrace.benchmarks.incremental.IncrementalResult;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.Map;

/** Measures what it costs to copy what is new, beside copying all. */
record IncrementalBenchWork(long rows, int rounds) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    IncrementalBench.Options options =
        new IncrementalBench.Options(rows, rounds, run.options().parallelism);
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would change rows of tables of %,d and %,d rows, and copy what is new, %d rounds"
              .formatted(rows / 10, rows, rounds));
    }
    IncrementalResult result = IncrementalBench.run(options, run::tell);
    return new Outcome(
        Counts.NONE,
        result.lines(),
        Map.of("result", new ObjectMapper().valueToTree(result)),
        ExitCode.DONE);
  }
}
