// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.ledger.WindowRecord;
import dev.millrace.pipelines.incremental.Incremental;
import dev.millrace.runners.console.Figures;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a run saved against a copy of the whole table, by what the first window took, which was one.
 *
 * @param seconds of a full copy less those of this run
 * @param bytes of a full copy less those of this run
 * @param fullSeconds of a full copy
 * @param fullBytes of a full copy
 * @param measured whether the table is about as large as it was then; else scaled by its rows
 */
record Savings(double seconds, long bytes, double fullSeconds, long fullBytes, boolean measured) {

  /** A table that grew or shrank by less is as it was. */
  private static final double TOLERANCE = 0.1;

  /** Empty when the run was the first, or what the first window took was not measured. */
  static Optional<Savings> of(Incremental sync, WindowRecord window) {
    return sync.job()
        .first()
        .filter(first -> first.number() < window.number() && first.rows() > 0 && first.bytes() > 0)
        .map(first -> of(first, window, sync.increment().tableRows()));
  }

  private static Savings of(WindowRecord first, WindowRecord window, long tableRows) {
    double growth = (double) tableRows / first.rows();
    boolean measured = Math.abs(growth - 1) <= TOLERANCE;
    double scale = measured ? 1 : growth;
    double fullSeconds = first.seconds() * scale;
    long fullBytes = Math.round(first.bytes() * scale);
    return new Savings(
        fullSeconds - window.seconds(),
        fullBytes - window.bytes(),
        fullSeconds,
        fullBytes,
        measured);
  }

  void tell(List<String> report, Map<String, Object> details) {
    details.put("saved_seconds", Figures.thousandths(seconds));
    details.put("saved_bytes", bytes);
    details.put("saved_basis", measured ? "measured" : "estimated");
    report.add(
        String.format(
            Locale.ROOT,
            "Saved %.1f of %.1f s and %,d of %,d bytes against a full copy (%s).",
            seconds,
            fullSeconds,
            bytes,
            fullBytes,
            measured
                ? "measured when the first window was copied"
                : "estimated from the first window and the table's size now"));
  }
}
