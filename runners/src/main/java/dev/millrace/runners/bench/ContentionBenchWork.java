// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.contention.Contender;
import dev.millrace.benchmarks.contention.ContentionBench;
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
 * Measures what pools of slots are worth.
 *
 * @param contenders names; empty for all
 */
record ContentionBenchWork(long rows, int rounds, List<String> contenders) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    ContentionBench.Options defaults = ContentionBench.Options.defaults();
    ContentionBench.Options options =
        new ContentionBench.Options(
            rows,
            rounds,
            defaults.threads(),
            Labels.chosen(Contender.values(), contenders, defaults.contenders()));
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would have mixed work done on %,d rows by %s, %d rounds"
              .formatted(rows, options.contenders(), rounds));
    }
    List<ContentionBench.Line> lines = ContentionBench.run(options, run::tell);
    List<String> report = new ArrayList<>(List.of(ContentionBench.Line.head()));
    lines.forEach(line -> report.add(line.text()));
    return new Outcome(Counts.NONE, report, Map.of("result", lines), ExitCode.DONE);
  }
}
