// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import com.codahale.metrics.Counter;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.redundancy.Warm;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.pipeline.PipelineRun;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;

/** Fills a cache before it is needed. */
record WarmWork(CacheCommand command, ConnectionSpec source, String table) implements Work {

  private static final String DROPPED = "millrace_cache_dropped_total";

  @Override
  public Outcome run(Run run) throws Exception {
    if (command.tiers.disk != null && run.options().runner.isCluster()) {
      throw new UsageException(
          "Cannot warm a disk of this machine on %s: leave out --runner"
              .formatted(run.options().runner));
    }
    Credentials.check("source", source);
    Warm warm =
        new Warm(
            source,
            table,
            command.on,
            command.columns,
            command.where,
            new CachePlaces(command).filling());
    Pipeline pipeline = PipelineRun.pipeline(run, "warm");
    warm.applyTo(pipeline);
    if (run.options().dryRun) {
      return Outcome.planned("Would look up every key of %s".formatted(table));
    }
    long before = dropped();
    PipelineResult result = PipelineRun.toEnd(run, pipeline, "warm", Measure.ROWS_READ, 0);
    long keys = Measure.ROWS_READ.total(result, "");
    long dropped = dropped() - before;
    if (dropped > 0) {
      throw new IllegalStateException(
          "Cannot keep all of %s: %,d of %,d entries were dropped, as the log with --verbose says"
              .formatted(table, dropped, keys));
    }
    return new Outcome(
        Counts.NONE,
        List.of(
            "%,d keys of %s are kept, and may be served for %s"
                .formatted(keys, table, DurationConverter.text(command.keep))),
        Map.of("keys", keys),
        ExitCode.DONE);
  }

  /** What tiers of this JVM did not take. */
  private static long dropped() {
    return Measure.registry().getCounters((name, any) -> name.startsWith(DROPPED)).values().stream()
        .mapToLong(Counter::getCount)
        .sum();
  }
}
