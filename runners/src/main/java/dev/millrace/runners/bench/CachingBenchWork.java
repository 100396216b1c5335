// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.caching.CachingBench;
import dev.millrace.benchmarks.caching.Contender;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures what a cache saves.
 *
 * @param contenders names; empty for all
 */
record CachingBenchWork(long rows, int rounds, List<String> contenders) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    CachingBench.Options defaults = CachingBench.Options.defaults();
    CachingBench.Options options =
        new CachingBench.Options(
            rows,
            defaults.accounts(),
            rounds,
            run.options().parallelism,
            Labels.chosen(Contender.values(), contenders, defaults.contenders()));
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would look up the accounts of %,d visits among %,d by %s, %d rounds"
              .formatted(rows, options.accounts(), options.contenders(), rounds));
    }
    List<CachingBench.Line> lines = CachingBench.run(options, run::tell);
    List<String> report = new ArrayList<>(List.of(CachingBench.Line.head()));
    lines.forEach(line -> report.add(line.text()));
    return new Outcome(Counts.NONE, report, Map.of("result", lines), ExitCode.DONE);
  }
}
