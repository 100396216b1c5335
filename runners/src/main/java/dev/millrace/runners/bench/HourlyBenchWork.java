// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.backfill.HourlyBench;
import dev.millrace.benchmarks.backfill.HourlyContender;
import dev.millrace.benchmarks.backfill.HourlyResult;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.flink.Packaged;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Measures what stays in memory of one hourly run after another.
 *
 * @param rows of bronze that are there from the start
 * @param runs of each contender
 * @param contenders names; empty for all
 * @param children start {@code millrace} as a process
 */
record HourlyBenchWork(long rows, int runs, List<String> contenders, Children children)
    implements Work {

  private static final int LOOK_EVERY = 5;

  @Override
  public Outcome run(Run run) throws Exception {
    HourlyBench.Options options =
        new HourlyBench.Options(
            rows,
            runs,
            LOOK_EVERY,
            run.options().parallelism,
            Labels.chosen(
                HourlyContender.values(), contenders, EnumSet.allOf(HourlyContender.class)),
            Packaged.flinkJars(),
            new UnrecordedCommand(children));
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would have %d hours made one by one, after %,d rows, by %s"
              .formatted(runs, rows, options.contenders()));
    }
    HourlyResult result = HourlyBench.run(options, run::tell);
    return new Outcome(Counts.NONE, result.text(), Map.of("result", result), ExitCode.DONE);
  }
}
