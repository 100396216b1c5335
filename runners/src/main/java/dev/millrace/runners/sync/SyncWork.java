// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.control.ByteSize;
import dev.millrace.control.ReadBudget;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.SplitRecord;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.incremental.IncrementalOptions;
import dev.millrace.pipelines.sync.Sync;
import dev.millrace.pipelines.sync.SyncOptions;
import dev.millrace.runners.flink.ClusterLedger;
import dev.millrace.runners.flink.ClusterRun;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.option.WordConverter;
import dev.millrace.runners.pipeline.ConnectionPlan;
import dev.millrace.runners.pipeline.PipelineRun;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** Copies one table into another. */
final class SyncWork implements Work {

  private final SyncCommand command;

  SyncWork(SyncCommand command) {
    this.command = command;
  }

  @Override
  public Outcome run(Run run) throws Exception {
    if (command.since.isGiven()) {
      return new IncrementalWork(command, incremental(run)).run(run);
    }
    SyncOptions options = options(run);
    Credentials.check("source", options.source());
    Credentials.check("target", options.target());
    boolean ledger = command.mode() == SyncOptions.Mode.LEDGER;
    if (ledger) {
      ClusterLedger.requireRestarts(run.options().runner);
    }
    // A snapshot ends with this process, and what a ledger keeps on a cluster may outlive it.
    boolean held = !run.options().detached && !(ledger && run.options().runner.isCluster());
    if (run.options().dryRun) {
      ConnectionPlan connections = connections(run, options, held);
      try (Sync sync = Sync.preview(options, held)) {
        return connections.addTo(plan(options, sync));
      }
    }
    if (command.limits.hasCeiling()) {
      connections(run, options, held);
    }
    if (ledger) {
      ClusterLedger.requireEnded(options.target(), options.job(), run::tell);
    }
    String runner = run.options().runner.toString();
    try (Sync sync =
        held ? Sync.open(options, run.id(), runner) : Sync.openUnheld(options, run.id(), runner)) {
      sync.read().collated().forEach(column -> run.tell(slowColumn(options, column)));
      Counts counts = Counts.ZERO;
      if (!sync.isDone()) {
        Pipeline pipeline = PipelineRun.pipeline(run, "sync");
        sync.applyTo(pipeline);
        if (run.options().detached) {
          return ClusterRun.detached(run, pipeline);
        }
        counts = copy(run, sync, pipeline);
      }
      run.stopClock();
      List<String> report = new ArrayList<>();
      Map<String, @Nullable Object> details = new LinkedHashMap<>();
      if (sync.job().isPresent()) {
        counts = entered(run, sync.job().get(), counts, report, details);
      }
      if (command.checksum) {
        sumUp(sync, report, details);
      }
      command.rejects.tell(counts, run, report);
      return new Outcome(counts, report, details, command.rejects.exitCode(counts));
    }
  }

  private static Counts copy(Run run, Sync sync, Pipeline pipeline) throws Exception {
    PipelineResult result =
        PipelineRun.toEnd(run, pipeline, "sync", Measure.ROWS_WRITTEN, sync.read().expectedRows());
    return PipelineRun.counts(result);
  }

  private static ConnectionPlan connections(Run run, SyncOptions options, boolean held)
      throws SQLException, IOException {
    boolean ledger = options.mode() == SyncOptions.Mode.LEDGER;
    return ConnectionPlan.of(
        run.options(),
        new ConnectionPlan.Need(options.source(), true, false, held ? 1 : 0),
        new ConnectionPlan.Need(options.target(), false, true, ledger ? 1 : 0));
  }

  private SyncOptions options(Run run) {
    return new SyncOptions(
        command.limits.database(run, "source", command.source),
        command.table,
        command.limits.database(run, "target", command.target),
        command.into == null ? command.table : command.into,
        command.mode(),
        command.key,
        command.job,
        command.columns,
        command.where,
        run.options().blockSize(),
        run.options().parallelism,
        command.readBy,
        command.rejects.rules(run.id()));
  }

  private IncrementalOptions incremental(Run run) {
    SyncOptions.Mode mode = command.mode();
    return new IncrementalOptions(
        command.limits.database(run, "source", command.source),
        command.table,
        command.limits.database(run, "target", command.target),
        command.into == null ? command.table : command.into,
        String.valueOf(command.since.cursor),
        command.key,
        mode == SyncOptions.Mode.UPSERT,
        command.job,
        command.columns,
        command.where,
        run.options().blockSize(),
        run.options().parallelism,
        command.since.rules(),
        command.since.nullCursor,
        command.since.onDrift,
        command.rejects.rules(run.id()));
  }

  private static Outcome plan(SyncOptions options, Sync sync) {
    return Outcome.planned(
        "Would copy about %,d rows of %d columns from %s into %s, mode %s,"
            .formatted(
                sync.read().expectedRows(),
                sync.schema().columns().size(),
                options.table(),
                options.into(),
                WordConverter.word(options.mode())),
        "read in %d splits %s%s, in blocks of %s, %d at a time. Nothing was written."
            .formatted(
                sync.read().splits(),
                sync.read().byPage() ? "by page" : "by key",
                sync.isHeld() ? " under one snapshot" : "",
                blockSize(options, sync),
                options.parallelism()));
  }

  /** What is asked for, and what there is room for here. */
  private static String blockSize(SyncOptions options, Sync sync) {
    ByteSize asked = options.blockSize();
    ByteSize cut = ReadBudget.ofThisJvm(sync.read().splits(), asked).blockSize();
    return cut.equals(asked)
        ? asked.toString()
        : "%s instead of %s, for want of room in a heap of %s"
            .formatted(cut, asked, ByteSize.ofBytes(Runtime.getRuntime().maxMemory()));
  }

  private static String slowColumn(SyncOptions options, String column) {
    return ("Reading %s by %s is slow without an index in the order of bytes:"
            + " CREATE INDEX ON %s (%s COLLATE \"C\")")
        .formatted(options.table(), column, options.table(), column);
  }

  /** Asks the target whether all is there, and tells what of it was there before. */
  private static Counts entered(
      Run run,
      LedgerJob job,
      Counts counted,
      List<String> report,
      Map<String, @Nullable Object> details)
      throws SQLException {
    boolean wasDone = job.wasDone();
    long rows = job.finish();
    long skipped = job.rowsBefore();
    Counts counts = run.attempts() > 1 ? counted.withoutReads() : counted;
    long rejected = counts.rowsRejected() == null ? 0 : counts.rowsRejected();
    Long reread =
        counts.rowsRead() == null
            ? null
            : Math.max(0, counts.rowsRead() - rejected - (rows - skipped));
    // Runs, and the restarts of this one by its cluster.
    long attempts = job.attempts() + run.attempts() - 1;
    long splitsSkipped = job.splits().stream().filter(SplitRecord::isDone).count();
    if (wasDone) {
      report.add(
          ("Job %s is done already, with %,d rows; nothing was copied. To copy it anew, forget it"
                  + " first: millrace state --reset")
              .formatted(job.name(), rows));
    } else {
      report.add(
          "Job %s is done, with %,d rows at attempt %d; of %d splits %d were done before."
              .formatted(job.name(), rows, attempts, job.splits().size(), splitsSkipped));
      if (attempts > 1) {
        report.add(
            "%,d rows were skipped, %s read once more. Not all of it is of one moment."
                .formatted(skipped, reread == null ? "some perhaps" : "%,d".formatted(reread)));
      }
    }
    details.put("job", job.name());
    details.put("attempts", attempts);
    details.put("rows_skipped", skipped);
    details.put("rows_reread", reread);
    details.put("splits", job.splits().size());
    details.put("splits_skipped", splitsSkipped);
    return counts.withRowsWritten(rows - skipped);
  }

  private static void sumUp(Sync sync, List<String> report, Map<String, @Nullable Object> details)
      throws SQLException {
    String source = sync.sourceChecksum().sum();
    String target = sync.targetChecksum().sum();
    report.add(
        source.equals(target)
            ? "Source and target have the same checksum, " + source + "."
            : "The checksums differ: source %s, target %s. Rows the target had before count too."
                .formatted(source, target));
    details.put("source_checksum", source);
    details.put("target_checksum", target);
  }
}
