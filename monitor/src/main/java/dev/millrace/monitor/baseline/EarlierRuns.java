// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The runs of a history that a run is compared with: those before it that were done, of the same
 * command, pipeline, configuration, runner and host, and of its size. Sizes are powers of two of
 * the rows written: from 1,048,576 to 2,097,151 rows is one size, and no row is one.
 *
 * @param id of the run that they came before
 * @param command as in {@code sync}
 * @param pipeline what it works on
 * @param runner as in {@code direct}
 * @param configurationHash the same for equal configurations
 * @param host that it ran on
 * @param rows that it wrote
 */
public record EarlierRuns(
    String id,
    String command,
    String pipeline,
    String runner,
    String configurationHash,
    String host,
    long rows) {

  /** Of other sizes there may be many between those of the same one. */
  private static final int MOST_READ = 1000;

  /** Those before a run of the history. */
  public static EarlierRuns before(RunLine run) {
    return new EarlierRuns(
        run.id(),
        run.command(),
        run.pipeline(),
        run.runner(),
        run.configurationHash(),
        run.host(),
        rows(run));
  }

  /** Those before a run that is not in the history with its end yet. */
  public static EarlierRuns before(RunStart run, long rows) {
    return new EarlierRuns(
        run.id(),
        run.command(),
        run.pipeline(),
        run.runner(),
        run.configurationHash(),
        run.machine().host(),
        rows);
  }

  private static long rows(RunLine run) {
    Long rows = run.totals().rowsWritten();
    return rows == null ? 0 : rows;
  }

  /** Whether a run is one of them. */
  public boolean has(RunLine run) {
    return run.id().compareTo(id) < 0
        && run.status() == Status.DONE
        && run.command().equals(command)
        && run.pipeline().equals(pipeline)
        && run.runner().equals(runner)
        && run.configurationHash().equals(configurationHash)
        && run.host().equals(host)
        && size(rows(run)) == size(rows);
  }

  /** Digits of the number of rows in base two. */
  private static int size(long rows) {
    return Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, rows));
  }

  /** The size, as in {@code 1,048,576 to 2,097,151 rows}. */
  public String sizeWords() {
    int size = size(rows);
    return size == 0
        ? "no row"
        : String.format(Locale.ROOT, "%,d to %,d rows", 1L << (size - 1), (1L << size) - 1);
  }

  /**
   * Their figures with those of their stages, the latest first, {@value Baseline#MOST_RUNS} at
   * most.
   *
   * @throws dev.millrace.monitor.history.HistoryException if the history cannot be read
   */
  public List<Figures> figures(History history) {
    RunFilter wanted =
        RunFilter.latest(MOST_READ)
            .ofCommand(command)
            .of(pipeline)
            .configured(configurationHash)
            .with(Status.DONE)
            .before(id);
    List<Figures> figures = new ArrayList<>();
    for (RunLine line : history.runs(wanted)) {
      if (figures.size() < Baseline.MOST_RUNS && has(line)) {
        history
            .run(line.id())
            .map(run -> Figures.of(line.runner(), line.totals(), run.summary()))
            .ifPresent(figures::add);
      }
    }
    return figures;
  }
}
