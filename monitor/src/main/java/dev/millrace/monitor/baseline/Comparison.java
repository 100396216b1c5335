// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A run beside the earlier runs that are like it.
 *
 * @param runs earlier ones
 * @param needed for a comparison, at least
 * @param changes one for each metric; empty with too few runs
 */
public record Comparison(int runs, int needed, List<Change> changes) {

  public Comparison {
    changes = List.copyOf(changes);
  }

  /** Whether there were too few runs to tell anything. */
  @JsonIgnore
  public boolean isTooFew() {
    return runs < needed;
  }

  /** The metric that became worse by the largest ratio; empty if none did. */
  @JsonIgnore
  public Optional<Change> regression() {
    return changes.stream()
        .filter(change -> change.verdict() == Verdict.WORSE)
        .max(Comparator.comparingDouble(Change::ratio));
  }

  /** What came of it, in a sentence without its stop. */
  public String words() {
    if (isTooFew()) {
      return "too few runs: %d of %d".formatted(runs, needed);
    }
    return regression()
        .map(Comparison::words)
        .orElseGet(() -> "not worse than the median of %d earlier runs".formatted(runs));
  }

  private static String words(Change change) {
    return String.format(
        Locale.ROOT,
        "%s: %s, %.2f times the median %s of %d earlier runs"
            + " (19 in 20 would be between %s and %s; p %s)",
        change.metric().words(),
        number(change.value()),
        change.ratio(),
        number(change.typical()),
        change.runs(),
        number(change.low()),
        number(change.high()),
        p(change.p()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 1 ? "%.1f" : "%.3f", value);
  }

  private static String p(double p) {
    return p < 0.0001 ? "< 0.0001" : String.format(Locale.ROOT, "= %.4f", p);
  }
}
