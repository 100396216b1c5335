// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.copy.Contender;
import dev.millrace.benchmarks.copy.CopyBench;
import dev.millrace.benchmarks.copy.CopyResult;
import dev.millrace.benchmarks.copy.CopyTable;
import dev.millrace.benchmarks.copy.Mode;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Measures what a ledger costs beside plain appending.
 *
 * @param contenders names; empty for Millrace on both runners
 */
record LedgerBenchWork(long rows, int rounds, List<String> contenders) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    CopyBench.Options defaults = CopyBench.Options.defaults();
    Set<Contender> chosen =
        Labels.chosen(
            Contender.values(),
            contenders,
            Set.of(Contender.MILLRACE_DIRECT, Contender.MILLRACE_FLINK));
    CopyBench.Options options =
        new CopyBench.Options(
            rows,
            rows,
            rounds,
            run.options().parallelism,
            defaults.heap(),
            defaults.baselineHeap(),
            chosen,
            Set.of(Mode.APPEND, Mode.LEDGER),
            null);
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would measure %s in modes append and ledger, %,d rows, %d rounds"
              .formatted(options.contenders(), rows, rounds));
    }
    CopyResult result = CopyBench.run(options, run::tell);
    List<String> lines = new ArrayList<>(CopyTable.of(result).lines().toList());
    lines.add("");
    for (CopyResult.Line line : result.lines()) {
      Spread toAppend = line.toAppend();
      if (toAppend != null) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%s: with a ledger at %.2f (%.2f..%.2f) of its rate without",
                line.contender(),
                toAppend.median(),
                toAppend.min(),
                toAppend.max()));
      }
    }
    return new Outcome(
        Counts.NONE,
        lines,
        Map.of("result", new ObjectMapper().readTree(result.toJson())),
        ExitCode.DONE);
  }
}
