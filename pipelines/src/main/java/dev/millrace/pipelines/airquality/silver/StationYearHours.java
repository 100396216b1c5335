// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.pipelines.airquality.index.HourIndex;
import dev.millrace.pipelines.airquality.index.StationIndex;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The hours of one station and year, in order, with their indices.
 *
 * <p>Of several rows for one hour the first by file name and line is kept; each other is rejected
 * as a whole.
 */
final class StationYearHours {
  private static final Comparator<Hour> ORDER =
      Comparator.comparing(Hour::hour).thenComparing(Hour::file).thenComparing(Hour::line);

  private final int year;
  private final Hours window;
  private final List<Hour> hours = new ArrayList<>();

  StationYearHours(int year, Hours window) {
    this.year = year;
    this.window = window;
  }

  /** Adds an hour of this year, or one of the last day before it as context. */
  void add(Hour hour) {
    hours.add(hour);
  }

  /** Whether an hour is written by this year, rather than context. */
  boolean owns(LocalDateTime hour) {
    return hour.getYear() == year && window.contains(hour);
  }

  void compute(BiConsumer<Hour, HourIndex> rows, Consumer<SilverReject> rejects) {
    hours.sort(ORDER);
    StationIndex station = new StationIndex();
    Hour kept = null;
    for (Hour hour : hours) {
      if (kept != null && kept.hour().equals(hour.hour())) {
        if (owns(hour.hour())) {
          rejects.accept(duplicate(hour, kept));
        }
        continue;
      }
      kept = hour;
      HourIndex index = station.next(hour.number(), hour.measured());
      if (owns(hour.hour())) {
        rows.accept(hour, index);
      }
    }
  }

  private static SilverReject duplicate(Hour hour, Hour kept) {
    return new SilverReject(
        hour.file(),
        hour.line(),
        "hour",
        hour.hour().toString(),
        "is there already, from line " + kept.line() + " of " + kept.file(),
        true);
  }
}
