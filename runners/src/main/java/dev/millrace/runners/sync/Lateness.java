// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.horizon.Recount;
import dev.millrace.ledger.RecountRecord;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How late the rows of a table come, by the recounts of a job's windows.
 *
 * @param late rows that came after greater ones could be seen
 * @param behind those of them below what had been read as complete
 * @param most how much later than its value a row came, at least; null when not known
 */
record Lateness(long late, long behind, @Nullable Duration most) {

  /** What is known of some windows; empty when none was recounted. */
  static Optional<Lateness> of(List<RecountRecord> recounts) {
    List<Recount.Found> found =
        recounts.stream().map(RecountRecord::found).filter(Objects::nonNull).toList();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Lateness(
            found.stream().mapToLong(Recount.Found::late).sum(),
            found.stream().mapToLong(Recount.Found::behind).sum(),
            found.stream()
                .map(Recount.Found::lateness)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null)));
  }

  /** Says it in sentences; nothing when nothing came late. */
  void tell(String cursor, List<String> report) {
    if (late > 0) {
      report.add(
          "%,d rows came after greater values of %s could be seen%s: a bookmark there would have lost them."
              .formatted(late, cursor, most == null ? "" : ", late by up to " + seconds(most)));
    }
    if (behind > 0) {
      report.add(
          ("%,d rows came, or were changed without %s, where all had been read already, and are not"
                  + " in the target: millrace verify --repair finds them.")
              .formatted(behind, cursor));
    }
  }

  void enter(Map<String, Object> details) {
    details.put("late_rows", late);
    details.put("rows_behind", behind);
    if (most != null) {
      details.put("lateness_seconds", most.toMillis() / 1000.0);
    }
  }

  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
