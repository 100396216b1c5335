// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.backfill.BackfillBench;
import dev.millrace.benchmarks.backfill.BackfillResult;
import dev.millrace.benchmarks.backfill.Contender;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures who makes silver and gold of months how fast.
 *
 * @param baselineWindows how many months each stock pipeline makes; null for all
 * @param heaps whether to find the smallest heap instead
 * @param contenders names; empty for those on the direct runner
 */
record BackfillBenchWork(
    long rows,
    int rounds,
    @Nullable Integer baselineWindows,
    boolean heaps,
    List<String> contenders,
    Children children)
    implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    BackfillBench.Options defaults =
        BackfillBench.Options.defaults(new UnrecordedCommand(children));
    BackfillBench.Options options =
        new BackfillBench.Options(
            rows,
            rounds,
            run.options().parallelism,
            baselineWindows,
            heaps,
            Labels.chosen(Contender.values(), contenders, defaults.contenders()),
            defaults.command());
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would have the months of %,d rows made by %s, %d rounds"
              .formatted(rows, options.contenders(), rounds));
    }
    BackfillResult result = BackfillBench.run(options, run::tell);
    return new Outcome(Counts.NONE, result.text(), Map.of("result", result), ExitCode.DONE);
  }
}
