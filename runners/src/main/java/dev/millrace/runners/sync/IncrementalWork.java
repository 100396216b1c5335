// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.horizon.Holder;
import dev.millrace.horizon.Look;
import dev.millrace.ledger.LedgerView;
import dev.millrace.ledger.Position;
import dev.millrace.ledger.RecountRecord;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.incremental.Backfill;
import dev.millrace.pipelines.incremental.Followed;
import dev.millrace.pipelines.incremental.Incremental;
import dev.millrace.pipelines.incremental.IncrementalOptions;
import dev.millrace.pipelines.incremental.OnDrift;
import dev.millrace.pipelines.incremental.WindowedCounts;
import dev.millrace.read.ReadTable;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.flink.ClusterLedger;
import dev.millrace.runners.flink.ClusterRun;
import dev.millrace.runners.flink.FollowedJob;
import dev.millrace.runners.flink.Submission;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.ConnectionPlan;
import dev.millrace.runners.pipeline.PipelineRun;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Drain;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;

/** Copies what is new in a table by a cursor, or a range of the cursor once more. */
final class IncrementalWork implements Work {

  private final SyncCommand command;
  private final IncrementalOptions options;

  IncrementalWork(SyncCommand command, IncrementalOptions options) {
    this.command = command;
    this.options = options;
  }

  @Override
  public Outcome run(Run run) throws Exception {
    Credentials.check("source", options.source());
    Credentials.check("target", options.target());
    if (command.since.printMigration) {
      return migration();
    }
    if (command.since.isBackfill()) {
      return backfill(run);
    }
    ClusterLedger.requireRestarts(run.options().runner);
    if (run.options().dryRun) {
      Outcome preview = preview();
      return connections(run).addTo(preview);
    }
    if (command.limits.hasCeiling()) {
      connections(run);
    }
    ClusterLedger.requireEnded(options.target(), options.job(), run::tell);
    if (command.since.follow) {
      return follow(run);
    }
    Instant began = Instant.now();
    String runner = run.options().runner.toString();
    try (Incremental sync = Incremental.open(options, run.id(), runner)) {
      sync.notes().forEach(run::tell);
      Counts counts = Counts.ZERO;
      List<WindowRecord> windows = new ArrayList<>();
      do {
        counts = counts.plus(copy(run, sync, windows.size()));
        if (run.options().detached) {
          return new Outcome(Counts.NONE, List.of(), Map.of("status", "submitted"), ExitCode.DONE);
        }
        long bytes = counts.bytes() == null ? 0 : counts.bytes();
        sync.finish(bytes, began, Instant.now()).ifPresent(windows::add);
      } while (sync.goOn());
      run.stopClock();
      return told(run, sync, counts, windows);
    }
  }

  private static Counts copy(Run run, Incremental sync, int before) throws Exception {
    ReadTable.Planned read = sync.increment().read();
    // All may be there: only that the window was ended was not entered.
    if (sync.isIdle() || (read != null && read.splits() == 0)) {
      return Counts.ZERO;
    }
    Pipeline pipeline = PipelineRun.pipeline(run, before == 0 ? "sync" : "sync-" + (before + 1));
    sync.applyTo(pipeline);
    if (run.options().detached) {
      ClusterRun.detached(run, pipeline);
      return Counts.NONE;
    }
    long expected = read == null ? 0 : read.expectedRows();
    return PipelineRun.counts(
        PipelineRun.toEnd(run, pipeline, "sync", Measure.ROWS_WRITTEN, expected));
  }

  private Outcome follow(Run run) throws Exception {
    Counts before = Counts.ofThisJvm();
    String savepoint = command.since.fromSavepoint;
    while (true) {
      try (Followed sync = followed(run)) {
        sync.notes().forEach(run::tell);
        FollowedJob job = new FollowedJob(run, command.words(), options, sync.job());
        String from = job.usable(savepoint);
        Pipeline pipeline = PipelineRun.unbounded(run, "follow", from);
        sync.applyTo(pipeline);
        run.onJob(id -> job.keep(id, from));
        if (run.options().detached) {
          return ClusterRun.detached(run, pipeline);
        }
        End end = toStop(run, pipeline, sync);
        if (end != null) {
          run.stopClock();
          Counts counts =
              run.options().runner.isCluster() ? Counts.NONE : Counts.ofThisJvm().minus(before);
          job.ended(end.savepoint());
          return followed(run, sync, counts, end);
        }
      }
      // It is of other columns.
      savepoint = "";
    }
  }

  /**
   * How following ended.
   *
   * @param savepoint with which somebody stopped the job on its cluster; empty when it was drained
   */
  private record End(Optional<String> savepoint) {}

  private Followed followed(Run run) throws SQLException {
    CursorOptions since = command.since;
    String runner = run.options().runner.toString();
    WindowedCounts windows = WindowedCounts.of(since.window, since.lateness);
    return Followed.open(options, run.id(), runner, since.poll, windows);
  }

  /**
   * Follows until it is told to stop.
   *
   * @return null if the columns changed meanwhile, and it is to be gone on with as they are now
   */
  private @Nullable End toStop(Run run, Pipeline pipeline, Followed sync) throws Exception {
    try {
      return new End(
          PipelineRun.untilStopped(run, pipeline, "follow", Measure.ROWS_WRITTEN, drain(sync)));
    } catch (Exception failure) {
      if (options.onDrift() != OnDrift.ADD_COLUMNS
          || Sentence.exitCode(failure) != ExitCode.DRIFT) {
        throw failure;
      }
      run.tell(Sentence.of("follow " + options.table(), failure));
      return null;
    }
  }

  private static Drain drain(Followed sync) {
    return new Drain() {
      @Override
      public void begin() throws SQLException {
        sync.stop();
      }

      @Override
      public boolean isOver() throws SQLException {
        return sync.isStopped();
      }
    };
  }

  private Outcome followed(Run run, Followed sync, Counts counts, End end) throws SQLException {
    Optional<LedgerView.Job> job = LedgerView.job(options.target(), options.job());
    String high =
        job.flatMap(LedgerView.Job::cursor).map(IncrementalWork::value).orElse("the start");
    List<String> report = new ArrayList<>();
    Map<String, Object> details = new LinkedHashMap<>();
    if (end.savepoint().isPresent()) {
      String id = run.jobs().get(run.jobs().size() - 1);
      report.add(
          "Job %s was stopped with the savepoint %s; the target is complete up to %s."
              .formatted(id, end.savepoint().get(), high));
      report.add("Go on with `millrace flink resume %s`.".formatted(Submission.brief(id)));
      details.put("status", "stopped");
      details.put("savepoint", end.savepoint().get());
    } else {
      report.add("Drained; the target is complete up to " + high + ".");
      details.put("status", "drained");
    }
    details.put("job", sync.job().name());
    details.put("attempts", sync.job().attempts());
    details.put("cursor_high", high);
    if (counts.rowsRead() != null) {
      details.put("event_windows", Measure.WINDOWS.total());
      details.put("late_panes", Measure.LATE_PANES.total());
      details.put("rows_late", Measure.ROWS_LATE.total());
    }
    lateness(job.map(LedgerView.Job::recounts).orElse(List.of()), report, details);
    int code = run.stop().isSignal() ? ExitCode.STOPPED : ExitCode.DONE;
    return new Outcome(counts, report, details, code);
  }

  private Outcome migration() throws SQLException {
    String script = Incremental.xid8Migration(options).script();
    return new Outcome(
        Counts.NONE,
        script.lines().toList(),
        Map.of("status", "printed", "script", script),
        ExitCode.DONE);
  }

  private Outcome backfill(Run run) throws Exception {
    Backfill backfill =
        Incremental.backfill(
            options,
            command.since.from == null ? "" : command.since.from,
            command.since.to == null ? "" : command.since.to);
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would copy about %,d rows of %s into %s once more, in %d splits. Nothing was written."
              .formatted(
                  backfill.read().expectedRows(),
                  options.table(),
                  options.into(),
                  backfill.read().splits()));
    }
    Pipeline pipeline = PipelineRun.pipeline(run, "backfill");
    backfill.applyTo(pipeline);
    if (run.options().detached) {
      return ClusterRun.detached(run, pipeline);
    }
    return Outcome.of(
        PipelineRun.counts(
            PipelineRun.toEnd(
                run, pipeline, "backfill", Measure.ROWS_WRITTEN, backfill.read().expectedRows())));
  }

  private ConnectionPlan connections(Run run) throws SQLException, IOException {
    // Who follows asks the ledger whether to go on, beside what is written.
    int held = command.since.follow ? 2 : 1;
    return ConnectionPlan.of(
        run.options(),
        new ConnectionPlan.Need(options.source(), true, false, 0),
        new ConnectionPlan.Need(options.target(), false, true, held));
  }

  private Outcome preview() throws Exception {
    Incremental.Preview preview = Incremental.preview(options);
    return Outcome.planned(
        "Would copy what is new in %s into %s, by %s from %s to %s."
            .formatted(
                options.table(),
                options.into(),
                options.cursor(),
                preview.cursor().map(IncrementalWork::value).orElse("the start"),
                preview.look().high() == null ? "nowhere" : preview.look().high()),
        "Nothing was written.");
  }

  private Outcome told(Run run, Incremental sync, Counts counts, List<WindowRecord> windows) {
    List<String> report = new ArrayList<>();
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("job", sync.job().name());
    details.put("attempts", sync.job().attempts());
    details.put("windows", windows.size());
    for (WindowRecord window : windows) {
      report.add(
          "Window %d of %s: %s from %s to %s, %,d rows."
              .formatted(
                  window.number(),
                  sync.job().name(),
                  options.cursor(),
                  value(window.range().low()),
                  value(window.range().high()),
                  window.rows()));
    }
    if (windows.isEmpty()) {
      report.add("Nothing is new.");
    }
    Position high = sync.job().cursor().orElse(null);
    details.put("cursor_low", text(windows.isEmpty() ? high : windows.get(0).range().low()));
    details.put("cursor_high", text(high));
    freshness(sync.increment().look(), report, details);
    lateness(sync.job().recounts(), report, details);
    if (sync.skipped() > 0) {
      report.add(
          "%,d rows have no %s, and were skipped.".formatted(sync.skipped(), options.cursor()));
    }
    details.put("rows_without_cursor_skipped", sync.skipped());
    if (!windows.isEmpty()) {
      Savings.of(sync, windows.get(windows.size() - 1))
          .ifPresent(saved -> saved.tell(report, details));
    }
    command.rejects.tell(counts, run, report);
    return new Outcome(counts, report, details, command.rejects.exitCode(counts));
  }

  private void freshness(Look look, List<String> report, Map<String, Object> details) {
    if (look.lag() != null) {
      double seconds = look.lag().toMillis() / 1000.0;
      details.put("freshness_seconds", seconds);
      report.add(
          "The target is %s behind the source's clock.".formatted(Lateness.seconds(look.lag())));
    }
    details.put("held_back_by", look.holders().stream().map(Holder::sentence).toList());
    look.holdersOf(options.rules().patience())
        .forEach(holder -> report.add("Held back: " + holder.sentence()));
  }

  /** What came late up to the run before; over all windows known, so that it is learned. */
  private void lateness(
      List<RecountRecord> recounts, List<String> report, Map<String, Object> details) {
    Optional<Lateness> known = Lateness.of(recounts);
    known.ifPresent(lateness -> lateness.enter(details));
    known.ifPresent(lateness -> lateness.tell(options.cursor(), report));
    Duration overlap = options.rules().overlap();
    Duration most = known.map(Lateness::most).orElse(null);
    if (overlap != null && most != null && most.compareTo(overlap) > 0) {
      report.add(
          "Invalid --overlap: %s (must be above %s, by which rows came late)"
              .formatted(Lateness.seconds(overlap), Lateness.seconds(most)));
    }
  }

  private static String value(@Nullable Position position) {
    return position == null ? "the start" : position.values().get(0);
  }

  private static @Nullable String text(@Nullable Position position) {
    return position == null ? null : position.values().get(0);
  }
}
