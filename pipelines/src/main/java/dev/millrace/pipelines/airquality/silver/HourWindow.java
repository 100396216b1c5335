// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.pipelines.airquality.table.LocalHour;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;

/**
 * The hours {@code [from, to)} that a run of the silver layer writes.
 *
 * <p>It reads {@link #CONTEXT_HOURS} more before them, since the index of an hour needs the
 * averages that end with it.
 */
public record HourWindow(LocalDateTime from, LocalDateTime to) implements Hours {
  /** Hours before the window that it depends on. */
  public static final int CONTEXT_HOURS = 24;

  /** Every hour there is, of the years 1 to 9999. */
  public static final HourWindow ALL =
      new HourWindow(LocalDateTime.of(1, 1, 1, 0, 0), LocalDateTime.of(10_000, 1, 1, 0, 0));

  /**
   * @throws IllegalArgumentException if the bounds are not whole hours, the first before the second
   */
  public HourWindow {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(
          "Invalid window: [" + from + ", " + to + ") (must begin before it ends)");
    }
    if (!from.equals(from.truncatedTo(ChronoUnit.HOURS))
        || !to.equals(to.truncatedTo(ChronoUnit.HOURS))) {
      throw new IllegalArgumentException(
          "Invalid window: [" + from + ", " + to + ") (must be of whole hours)");
    }
  }

  @Override
  public boolean contains(LocalDateTime hour) {
    return !hour.isBefore(from) && hour.isBefore(to);
  }

  @Override
  public boolean needs(LocalDateTime hour) {
    return !hour.isBefore(from.minusHours(CONTEXT_HOURS)) && hour.isBefore(to);
  }

  @Override
  public String needed() {
    return between(from.minusHours(CONTEXT_HOURS), to);
  }

  @Override
  public String own() {
    return between(from, to);
  }

  @Override
  public String written() {
    return equals(ALL) ? "true" : "hour >= '%s' AND hour < '%s'".formatted(from, to);
  }

  private String between(LocalDateTime low, LocalDateTime high) {
    if (equals(ALL)) {
      return "true";
    }
    return "local_hour >= '%s' AND local_hour < '%s'"
        .formatted(LocalHour.FORM.format(low), LocalHour.FORM.format(high));
  }

  /** As an interval of ISO 8601. */
  @Override
  public String toString() {
    return from + "/" + to;
  }
}
