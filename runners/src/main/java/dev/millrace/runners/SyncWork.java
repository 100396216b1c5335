// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.dialect.Checksum;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.sync.Sync;
import dev.millrace.pipelines.sync.SyncOptions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;

/**
 * Copies a table.
 *
 * @param checksum whether to sum up source and target afterwards
 */
record SyncWork(SyncOptions options, boolean checksum) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    try (Sync sync = Sync.open(options)) {
      String plan =
          "%s into %s: about %,d rows in %d splits by %s"
              .formatted(
                  options.table(),
                  options.into(),
                  sync.read().expectedRows(),
                  sync.read().splits(),
                  sync.read().byPage() ? "page" : "key");
      if (run.options().dryRun) {
        return Outcome.planned("Would copy " + plan);
      }
      Pipeline pipeline = Pipeline.create(PipelineRun.options(run.options(), "millrace-sync"));
      sync.applyTo(pipeline);
      long before = Measure.ROWS_WRITTEN.total();
      OptionalLong expected = OptionalLong.of(sync.read().expectedRows());
      PipelineResult result =
          Progress.during(
              run,
              () -> new Progress.Sample("sync", Measure.ROWS_WRITTEN.total() - before, expected),
              () -> PipelineRun.await(pipeline, run.stop()));
      run.stopClock();
      Counts counts = PipelineRun.counts(result);
      return checksum ? compared(sync, counts) : Outcome.of(counts);
    }
  }

  private static Outcome compared(Sync sync, Counts counts) throws SQLException {
    long start = System.nanoTime();
    Checksum source = sync.sourceChecksum();
    Checksum target = sync.targetChecksum();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("source_checksum", source.sum());
    details.put("target_checksum", target.sum());
    details.put("checksum_seconds", elapsed.toMillis() / 1000.0);
    boolean equal = source.equals(target);
    String told =
        equal
            ? "Source and target are equal: %,d rows, checksum %s"
                .formatted(source.rows(), source.sum())
            : "Source and target differ: %,d rows of %s, and %,d rows of %s"
                .formatted(source.rows(), source.sum(), target.rows(), target.sum());
    return new Outcome(counts, List.of(told), details, equal ? ExitCode.DONE : ExitCode.DIFFERENT);
  }
}
