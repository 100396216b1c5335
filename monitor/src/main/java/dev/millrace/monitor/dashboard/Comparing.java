// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.report.RunComparison;
import dev.millrace.monitor.run.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run beside another, and beside which it could be set.
 *
 * @param run that is compared
 * @param other null if there is none such
 * @param comparison null if there is no other
 * @param choices the latest other runs of the same pipeline
 */
record Comparing(
    RunLine run,
    @Nullable RunLine other,
    @Nullable RunComparison comparison,
    List<Choice> choices) {

  private static final int MOST_CHOICES = 50;

  /** A run of the same pipeline. */
  record Choice(
      String id,
      String pipeline,
      Instant started,
      Status status,
      @Nullable Double seconds,
      boolean sameConfiguration) {}

  /**
   * Compares, as far as the runs are there.
   *
   * @param with the other; null for the usual one
   */
  static Optional<Comparing> of(History history, String id, @Nullable String with) {
    return history.run(id).map(run -> of(history, run, with));
  }

  private static Comparing of(History history, RunDetail run, @Nullable String with) {
    RunLine line = run.line();
    RunDetail other =
        Optional.ofNullable(with)
            .or(() -> RunComparison.usual(history, line).map(RunLine::id))
            .flatMap(history::run)
            .orElse(null);
    List<Choice> choices =
        history.runs(RunFilter.latest(MOST_CHOICES + 1).of(line.pipeline())).stream()
            .filter(each -> !each.id().equals(line.id()))
            .limit(MOST_CHOICES)
            .map(each -> choice(each, line))
            .toList();
    return new Comparing(
        line,
        other == null ? null : other.line(),
        other == null ? null : RunComparison.of(run, other),
        choices);
  }

  private static Choice choice(RunLine each, RunLine like) {
    return new Choice(
        each.id(),
        each.pipeline(),
        each.started(),
        each.status(),
        each.totals().seconds(),
        each.configurationHash().equals(like.configurationHash()));
  }
}
