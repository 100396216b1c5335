// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.benchmarks.stream.Contender;
import dev.millrace.benchmarks.stream.StreamBench;
import dev.millrace.control.ByteSize;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures whether more data needs more memory.
 *
 * @param bytes of rows to generate for each shape
 * @param contenders names; empty for all
 */
record StreamBenchWork(ByteSize bytes, List<String> contenders) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    Set<Contender> chosen =
        Labels.chosen(Contender.values(), contenders, Set.of(Contender.values()));
    StreamBench.Options options = new StreamBench.Options(bytes, chosen, run.options().parallelism);
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would generate %s of narrow rows and as many of wide ones by %s"
              .formatted(bytes, options.contenders()));
    }
    List<StreamBench.Line> lines = StreamBench.run(options, run::tell);
    return new Outcome(
        Counts.NONE,
        lines.stream().map(StreamBench.Line::text).toList(),
        Map.of("result", lines),
        ExitCode.DONE);
  }
}
