// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.copy.Contender;
import dev.millrace.benchmarks.copy.MemoryBench;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.benchmarks.measure.Trend;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Measures whether a copy needs more memory for more rows.
 *
 * @param rows of the shorter table
 * @param contenders names; empty for Millrace on both runners
 */
record MemoryWork(long rows, List<String> contenders) implements Work {

  private static final Set<Contender> USUAL =
      Set.of(Contender.MILLRACE_DIRECT, Contender.MILLRACE_FLINK);

  @Override
  public Outcome run(Run run) throws Exception {
    if (rows < 1 || rows > Long.MAX_VALUE / MemoryBench.TIMES) {
      throw new UsageException("Invalid --rows: " + rows + " (must be 1 or more)");
    }
    Set<Contender> chosen = Labels.chosen(Contender.values(), contenders, USUAL);
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would find the smallest heap of %s for %,d and %,d rows"
              .formatted(chosen, rows, rows * MemoryBench.TIMES));
    }
    List<MemoryBench.Line> lines =
        MemoryBench.run(rows, chosen, run.options().parallelism, run::tell);
    return new Outcome(
        Counts.NONE,
        lines.stream().map(MemoryBench.Line::text).toList(),
        Map.of("result", lines.stream().map(MemoryWork::fields).toList()),
        ExitCode.DONE);
  }

  private static Map<String, @Nullable Object> fields(MemoryBench.Line line) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", line.contender().toString());
    fields.put("rows", line.rows());
    fields.put("smallest_heap_bytes", line.smallestHeap().bytes());
    fields.put("smallest_heap_bytes_for_ten_times", line.smallestHeapForMore().bytes());
    put(fields, "live", line.live());
    put(fields, "beyond_heap", line.beyondHeap());
    return fields;
  }

  private static void put(
      Map<String, @Nullable Object> fields, String name, @Nullable Trend trend) {
    fields.put(name + "_slope_bytes_per_second", trend == null ? null : trend.slope());
    fields.put(name + "_slope_error", trend == null ? null : trend.slopeError());
  }
}
