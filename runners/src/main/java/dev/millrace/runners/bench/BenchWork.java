// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.copy.Contender;
import dev.millrace.benchmarks.copy.CopyBench;
import dev.millrace.benchmarks.copy.CopyResult;
import dev.millrace.benchmarks.copy.CopyTable;
import dev.millrace.benchmarks.copy.Mode;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures who copies a table how fast.
 *
 * @param contenders names; empty for all
 * @param modes names; empty for all
 */
record BenchWork(
    long rows, long baselineRows, int rounds, List<String> contenders, List<String> modes)
    implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    CopyBench.Options defaults = CopyBench.Options.defaults();
    CopyBench.Options options =
        new CopyBench.Options(
            rows,
            Math.min(rows, baselineRows),
            rounds,
            run.options().parallelism,
            defaults.heap(),
            defaults.baselineHeap(),
            Labels.chosen(Contender.values(), contenders, defaults.contenders()),
            modes.isEmpty() ? defaults.modes() : chosenModes(),
            null);
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would measure %s in modes %s, %,d rows, %d rounds"
              .formatted(options.contenders(), options.modes(), rows, rounds));
    }
    CopyResult result = CopyBench.run(options, run::tell);
    List<String> table = CopyTable.of(result).lines().toList();
    return new Outcome(
        Counts.NONE,
        table,
        Map.of("result", new ObjectMapper().readTree(result.toJson())),
        ExitCode.DONE);
  }

  private Set<Mode> chosenModes() {
    return modes.stream()
        .map(
            name ->
                Arrays.stream(Mode.values())
                    .filter(mode -> mode.toString().equals(name))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new UsageException(
                                "Invalid --modes: " + name + " (must be append or upsert)")))
        .collect(Collectors.toSet());
  }
}
