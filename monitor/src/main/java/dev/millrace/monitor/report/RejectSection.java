// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.run.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Why a run rejected rows. */
final class RejectSection {

  private RejectSection() {}

  /** The reasons, the most frequent first; empty if none was rejected. */
  static Optional<Section> of(RunDetail run) {
    Snapshot snapshot = run.snapshot();
    if (snapshot == null || snapshot.rejected().isEmpty()) {
      return Optional.empty();
    }
    List<Line> lines =
        snapshot.rejected().entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(each -> Line.of(words(each.getKey()), Format.count(each.getValue())))
            .toList();
    return Optional.of(
        new Section(
            "Rejected rows",
            List.of(new Table(List.of(Column.text("reason"), Column.number("rows")), lines))));
  }

  /** As in {@code unique violation}. */
  static String words(String reason) {
    return reason.replace('_', ' ');
  }
}
