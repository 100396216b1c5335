// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import dev.millrace.monitor.baseline.Baseline;
import dev.millrace.monitor.baseline.Comparison;
import dev.millrace.monitor.baseline.EarlierRuns;
import dev.millrace.monitor.baseline.Figures;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.HistoryException;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.history.ThisMachine;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.SeriesRecorder;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import dev.millrace.observe.Events;
import dev.millrace.runners.console.DaemonTimer;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.Version;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.RunSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run in the history: how it began, each second how it stands, and how it ended. A run is
 * not to fail because nobody can write down that it runs: the log says so, and it goes on unseen.
 *
 * <p>Safe for use by several threads.
 */
final class Recorder implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final History history;
  private final RunStart start;
  private final Recording recording;
  private final Sight sight;
  private final Alarms alarms;
  private final SeriesRecorder series = new SeriesRecorder();
  private final DaemonTimer timer = new DaemonTimer("millrace-recorder");
  private Instant told;
  private boolean over;
  private boolean settled;

  private Recorder(
      History history, RunStart start, Recording recording, Sight sight, Alarms alarms) {
    this.history = history;
    this.start = start;
    this.recording = recording;
    this.sight = sight;
    this.alarms = alarms;
    this.told = start.started();
  }

  /**
   * Begins to keep a run.
   *
   * @param command by name
   * @param pipeline what it works on
   * @param configuration what it was given
   * @param alarms that look at it, until this is closed
   * @throws HistoryException if the file cannot be written
   */
  static Recorder start(
      Run run,
      Path file,
      String command,
      String pipeline,
      SortedMap<String, String> configuration,
      Alarms alarms) {
    RunStart start =
        new RunStart(
            run.id(),
            command,
            pipeline,
            run.options().runner.toString(),
            configuration,
            Version.built(),
            ThisMachine.machine(),
            ProcessHandle.current().pid(),
            Instant.now());
    History history = History.open(file);
    try {
      Recording recording = history.begin(start);
      alarms.start(run, command, pipeline);
      Recorder recorder = new Recorder(history, start, recording, new Sight(run), alarms);
      recorder.timer.every(LOOK, LOOK, recorder::look);
      return recorder;
    } catch (RuntimeException e) {
      history.close();
      throw e;
    }
  }

  private synchronized void look() {
    if (settled) {
      return;
    }
    try {
      // Who cannot write down how it stands can still tell when something is wrong.
      Snapshot snapshot = alarms.look(sight.snapshot(Instant.now()));
      if (over) {
        return;
      }
      series.add(snapshot.seconds(), sight.figures(snapshot));
      recording.stands(snapshot, series.series(), news());
    } catch (RuntimeException e) {
      if (!over) {
        LOG.warn("This run is not recorded any longer: {}", e.getMessage());
      }
      over = true;
      LOG.debug("What the recorder failed with", e);
    }
  }

  /** What happened since it was last asked. */
  private List<Event> news() {
    List<Event> news =
        Events.latest().stream()
            .filter(event -> event.time().isAfter(told))
            .map(event -> new Event(event.time(), event.kind(), Sentence.redact(event.text())))
            .toList();
    if (!news.isEmpty()) {
      told = news.get(news.size() - 1).time();
    }
    return news;
  }

  /**
   * Looks for the last time.
   *
   * @return the first critical alert that fired: its name and sentence
   */
  synchronized Optional<String> settle() {
    look();
    settled = true;
    return alarms.critical();
  }

  /**
   * Writes how the run ended.
   *
   * @param json the summary as it is told
   */
  synchronized void end(RunSummary summary, String json, Status status, int exitCode) {
    look();
    settled = true;
    if (over) {
      return;
    }
    over = true;
    try {
      recording.ended(
          new RunEnd(Instant.now(), status, exitCode, summary.error(), totals(summary), json));
    } catch (RuntimeException e) {
      LOG.warn("The end of this run is not recorded: {}", e.getMessage());
    }
  }

  private Totals totals(RunSummary summary) {
    Counts counts = summary.outcome().counts();
    Duration elapsed = summary.elapsed();
    return new Totals(
        counts.rowsRead(),
        counts.rowsWritten(),
        counts.rowsRejected(),
        counts.bytes(),
        elapsed == null ? null : elapsed.toMillis() / 1000.0,
        sight.cpuSeconds(),
        summary.peakResidentBytes().isPresent() ? summary.peakResidentBytes().getAsLong() : null);
  }

  /**
   * Compares the run, which did its work, with those before it.
   *
   * @throws HistoryException if the file cannot be read
   */
  Comparison compare(RunSummary summary) {
    Figures figures = Figures.of(start.runner(), totals(summary), summary.toJson());
    return Baseline.compare(figures, EarlierRuns.before(start, figures.rows()).figures(history));
  }

  @Override
  public synchronized void close() {
    over = true;
    settled = true;
    timer.close();
    history.close();
  }
}
