// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.time.Duration;
import java.util.Locale;

/** How long the windows of a cursor are, by the calendar and in UTC. */
public enum WindowLength {
  MINUTE(Duration.ofMinutes(1)),
  HOUR(Duration.ofHours(1)),
  DAY(Duration.ofDays(1)),
  MONTH(Duration.ofDays(30)),
  YEAR(Duration.ofDays(365)),
  /** The shortest of the others that cuts a table into some hundred windows at most. */
  FITTING(Duration.ZERO);

  /** Windows at most that {@link #FITTING} cuts a table into. */
  private static final int FEW = 512;

  private final Duration about;

  WindowLength(Duration about) {
    this.about = about;
  }

  /** This length, or that which fits a span. */
  WindowLength fitted(Duration span) {
    if (this != FITTING) {
      return this;
    }
    for (WindowLength length : values()) {
      if (length != FITTING && length.windows(span) <= FEW) {
        return length;
      }
    }
    return YEAR;
  }

  /** About how many windows a span has. */
  long windows(Duration span) {
    return span.dividedBy(about) + 1;
  }

  /** As SQL calls it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
