// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import java.util.List;

/** A run that a history is told of while it runs. Safe for use by several threads. */
public final class Recording {

  private final History history;
  private final String run;

  Recording(History history, String run) {
    this.history = history;
    this.run = run;
  }

  /**
   * How the run stands now, in place of what was said before.
   *
   * @param series how its figures went so far
   * @param events that happened since the last call
   * @throws HistoryException if the file cannot be written
   */
  public void stands(Snapshot snapshot, Series series, List<Event> events) {
    history.stands(run, snapshot, series, events);
  }

  /**
   * How the run ended. Nothing is told after that.
   *
   * @throws HistoryException if the file cannot be written
   */
  public void ended(RunEnd end) {
    history.ended(run, end);
  }
}
