// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.copy.Watch;
import dev.millrace.benchmarks.copy.WatchBench;
import dev.millrace.benchmarks.copy.WatchResult;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Measures what it costs to watch a copy.
 *
 * @param contenders names of ways to watch; empty for all
 */
record WatchBenchWork(long rows, int rounds, List<String> contenders, Children children)
    implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    WatchBench.Options options =
        new WatchBench.Options(
            rows,
            rounds,
            run.options().parallelism,
            Labels.chosen(Watch.values(), contenders, EnumSet.allOf(Watch.class)),
            new UnrecordedCommand(children));
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would measure copies %s, %,d rows, %d rounds"
              .formatted(options.watches(), rows, rounds));
    }
    WatchResult result = WatchBench.run(options, run::tell);
    return new Outcome(
        Counts.NONE, result.lines(), Map.of("result", result.toMap()), ExitCode.DONE);
  }
}
