// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.sync.Sync;
import dev.millrace.pipelines.sync.SyncOptions;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;

/** Copies one table into another. */
final class SyncWork implements Work {

  private final SyncCommand command;

  SyncWork(SyncCommand command) {
    this.command = command;
  }

  @Override
  public Outcome run(Run run) throws Exception {
    SyncOptions options = options(run);
    Credentials.check("source", options.source());
    Credentials.check("target", options.target());
    try (Sync sync = run.options().detached ? Sync.openUnheld(options) : Sync.open(options)) {
      if (run.options().dryRun) {
        return plan(options, sync);
      }
      Pipeline pipeline = PipelineRun.pipeline(run, "sync");
      sync.applyTo(pipeline);
      if (run.options().detached) {
        return ClusterRun.detached(run, pipeline);
      }
      PipelineResult result =
          PipelineRun.toEnd(
              run, pipeline, "sync", Measure.ROWS_WRITTEN, sync.read().expectedRows());
      run.stopClock();
      Counts counts = PipelineRun.counts(result);
      return command.checksum ? summedUp(counts, sync) : Outcome.of(counts);
    }
  }

  private SyncOptions options(Run run) {
    Map<String, String> environment = run.console().environment();
    ConnectionSpec source = Credentials.of("source", command.source, environment);
    ConnectionSpec target = Credentials.of("target", command.target, environment);
    return new SyncOptions(
        source,
        command.table,
        target,
        command.into == null ? command.table : command.into,
        command.mode,
        command.key,
        command.columns,
        command.where,
        run.options().blockSize,
        run.options().parallelism);
  }

  private static Outcome plan(SyncOptions options, Sync sync) {
    return Outcome.planned(
        "Would copy about %,d rows of %d columns from %s into %s, mode %s,"
            .formatted(
                sync.read().expectedRows(),
                sync.schema().columns().size(),
                options.table(),
                options.into(),
                SyncCommand.word(options.mode())),
        "read in %d splits %s%s, in blocks of %s, %d at a time. Nothing was written."
            .formatted(
                sync.read().splits(),
                sync.read().byPage() ? "by page" : "by key",
                sync.isHeld() ? " under one snapshot" : "",
                options.blockSize(),
                options.parallelism()));
  }

  private static Outcome summedUp(Counts counts, Sync sync) throws SQLException {
    String source = sync.sourceChecksum().sum();
    String target = sync.targetChecksum().sum();
    String report =
        source.equals(target)
            ? "Source and target have the same checksum, " + source + "."
            : "The checksums differ: source %s, target %s. Rows the target had before count too."
                .formatted(source, target);
    return new Outcome(
        counts,
        List.of(report),
        Map.of("source_checksum", source, "target_checksum", target),
        ExitCode.DONE);
  }
}
