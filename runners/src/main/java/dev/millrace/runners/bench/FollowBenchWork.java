// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.follow.FollowBench;
import dev.millrace.benchmarks.follow.FollowBench.Line;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures how soon what is committed in a followed table is committed in its copy. */
record FollowBenchWork(Children children) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    FollowBench.Options options = FollowBench.Options.defaults();
    String what =
        "Rows written for %d s at %s in a second, followed on %s with --poll=%dms"
            .formatted(
                options.time().toSeconds(),
                options.rates(),
                options.runners(),
                options.poll().toMillis());
    if (run.options().dryRun) {
      return Outcome.planned("Would measure: " + what);
    }
    run.tell(Line.head());
    List<Line> lines = FollowBench.run(options, new UnrecordedCommand(children), run::tell);
    List<String> report = new ArrayList<>(List.of(what, Line.head()));
    lines.forEach(line -> report.add(line.text()));
    return new Outcome(Counts.NONE, report, Map.of("result", lines), ExitCode.DONE);
  }
}
