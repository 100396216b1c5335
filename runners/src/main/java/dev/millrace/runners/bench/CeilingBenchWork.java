// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.ceiling.CeilingBench;
import dev.millrace.benchmarks.ceiling.CeilingBench.Case;
import dev.millrace.benchmarks.ceiling.CeilingBench.Line;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures what many processes make of one ceiling on connections.
 *
 * @param contenders names of cases; empty for all
 */
record CeilingBenchWork(List<String> contenders) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    Set<Case> cases = Labels.chosen(Case.values(), contenders, EnumSet.allOf(Case.class));
    CeilingBench.Options options = CeilingBench.Options.defaults();
    String what =
        "%d JVMs of %d threads, %d transactions of each JVM, %d connections for all"
            .formatted(options.workers(), options.threads(), options.turns(), options.ceiling());
    if (run.options().dryRun) {
      return Outcome.planned("Would measure %s: %s".formatted(cases, what));
    }
    run.tell(Line.head());
    List<Line> lines = CeilingBench.run(options, cases, run::tell);
    List<String> report = new ArrayList<>(List.of(what, Line.head()));
    lines.forEach(line -> report.add(line.text()));
    return new Outcome(Counts.NONE, report, Map.of("result", lines), ExitCode.DONE);
  }
}
