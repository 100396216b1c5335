// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import dev.millrace.monitor.dashboard.Access;
import dev.millrace.monitor.dashboard.Dashboard;
import dev.millrace.monitor.dashboard.DashboardException;
import dev.millrace.monitor.history.HistoryException;
import dev.millrace.monitor.run.Status;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.HistoryFile;
import dev.millrace.runners.run.FlinkContext;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.RunSummary;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What watches a run: the history that keeps it, alerts that look at what is kept, and a dashboard
 * that shows it. Nothing of it is there before it is started, for a run that is not kept, or where
 * no history can be written and nobody asked for one; what is asked of it then has no answer. Used
 * by one thread.
 */
public final class Monitoring implements AutoCloseable {

  private final Run run;
  private final CommonOptions options;
  private @Nullable Alarms alarms;
  private @Nullable Recorder recorder;
  private @Nullable Dashboard dashboard;
  private @Nullable FlightRecording flight;

  public Monitoring(Run run) {
    this.run = run;
    this.options = run.options();
  }

  /**
   * Begins to watch, as far as the options say so.
   *
   * @param command by name
   * @param pipeline what it works on
   * @param configuration what it was given
   * @param isKept whether the run is worth it; the options are checked all the same
   * @throws UsageException if it cannot, and was asked for
   */
  public void start(
      String command, String pipeline, SortedMap<String, String> configuration, boolean isKept) {
    Alarms looking = Alarms.of(options, run.console().environment());
    alarms = looking;
    check(isKept);
    if (isKept) {
      recorder = record(command, pipeline, configuration, looking);
      dashboard = dashboard();
      flight = fly(pipeline);
    }
  }

  private void check(boolean isKept) {
    if (options.failOnRegression && (isNone() || options.detached)) {
      throw new UsageException(
          "Invalid --fail-on-regression: true (must be left out with %s)"
              .formatted(
                  isNone()
                      ? "--history=none, which has nothing to compare with"
                      : "--detached, which does not wait"));
    }
    if (isNone() && options.wantsAlerts()) {
      throw new UsageException(
          "Invalid --history: none (must be left out with --alerts, --alert-webhook and"
              + " --fail-on-alert, which look at what is recorded)");
    }
    if (options.runner.isCluster() || FlinkContext.isPresent()) {
      options.mustNotRecord(
          "on a cluster, whose TaskManagers do the work; record one with `jcmd PID JFR.start`");
    }
    if (!isKept) {
      options.mustNotRecord("with --dry-run, and with commands that the history does not keep");
    }
  }

  private boolean isNone() {
    return options.history.equals(HistoryFile.NONE);
  }

  /** Null if the run is not to be recorded, or cannot be, and nobody asked for it. */
  private @Nullable Recorder record(
      String command, String pipeline, SortedMap<String, String> configuration, Alarms looking) {
    if (isNone()) {
      return null;
    }
    try {
      return Recorder.start(run, history(), command, pipeline, configuration, looking);
    } catch (HistoryException e) {
      if (!options.history.isEmpty() || options.failOnRegression || options.wantsAlerts()) {
        throw new UsageException(String.valueOf(e.getMessage()), e);
      }
      run.tell("This run is not recorded: " + e.getMessage());
      return null;
    }
  }

  private Path history() {
    return options.history.isEmpty() ? HistoryFile.usual(run.console()) : Path.of(options.history);
  }

  private @Nullable Dashboard dashboard() {
    if (options.dashboard == null) {
      return null;
    }
    if (isNone()) {
      throw new UsageException(
          "Invalid --dashboard: %s (must be left out with --history=none, which it shows)"
              .formatted(options.dashboard));
    }
    try {
      Access access =
          options.dashboardOptions.access(options.dashboard, run.console().environment());
      Dashboard started = Dashboard.start(history(), access);
      run.tell("The dashboard is at " + started.url());
      return started;
    } catch (DashboardException | HistoryException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private Path folder(String given) {
    return run.console().folder().resolve(given).toAbsolutePath().normalize();
  }

  /** Null if the process is not to be recorded. */
  private @Nullable FlightRecording fly(String pipeline) {
    return options.record == null
        ? null
        : FlightRecording.start(run, pipeline, folder(options.record));
  }

  /**
   * Ends the recording of this process and makes the profile; empty if that is not wanted.
   *
   * @return what the summary has of it
   */
  public Optional<Map<String, Object>> profile() {
    return flight == null ? Optional.empty() : Optional.of(flight.end());
  }

  /**
   * Looks for the last time, if alerts count.
   *
   * @return the first critical alert that fired: its name and sentence
   */
  public Optional<String> critical() {
    return recorder == null || !options.failOnAlert ? Optional.empty() : recorder.settle();
  }

  /**
   * Compares the run, which did its work, with those before it; empty if that is not wanted.
   *
   * @throws HistoryException if the file cannot be read
   */
  public Optional<Regression> compare(RunSummary summary) {
    return recorder == null || !options.failOnRegression
        ? Optional.empty()
        : Optional.of(new Regression(recorder.compare(summary)));
  }

  /**
   * Writes how the run ended.
   *
   * @param json the summary as it is told
   */
  public void end(RunSummary summary, String json, int exitCode) {
    if (recorder != null) {
      Status failed = run.stop().reason() == null ? Status.FAILED : Status.STOPPED;
      recorder.end(summary, json, summary.error() == null ? Status.DONE : failed, exitCode);
    }
  }

  @Override
  public void close() {
    if (flight != null) {
      flight.close();
    }
    if (recorder != null) {
      recorder.close();
    }
    // Only once nobody looks any longer.
    if (alarms != null) {
      alarms.close();
    }
    if (dashboard != null) {
      dashboard.close();
    }
  }
}
