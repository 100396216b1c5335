// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.copy.ClusterBench;
import dev.millrace.benchmarks.copy.ClusterResult;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.flink.Packaged;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.Map;

/** Measures a copy on a Flink cluster beside raw pipes. */
record ClusterBenchWork(long rows, int rounds, Children children) implements Work {

  private static final int WARM_JOBS = 2;

  @Override
  public Outcome run(Run run) throws Exception {
    ClusterBench.Options options =
        new ClusterBench.Options(
            rows,
            rounds,
            WARM_JOBS,
            run.options().parallelism,
            Packaged.flinkJars(),
            new UnrecordedCommand(children));
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would measure pipes and jobs on a cluster, %,d rows, %d rounds".formatted(rows, rounds));
    }
    ClusterResult result = ClusterBench.run(options, run::tell);
    return new Outcome(
        Counts.NONE, result.lines(), Map.of("result", result.toMap()), ExitCode.DONE);
  }
}
