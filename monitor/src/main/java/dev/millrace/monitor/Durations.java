// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: 200ms, 5s, 10min, 2h, 1d. */
public final class Durations {

  /** What is said to who wrote something else, after "must be". */
  public static final String FORM = "a number with a unit, as in 200ms, 5s, 10min, 2h";

  private static final List<Map.Entry<String, Long>> UNITS =
      List.of(Map.entry("h", 3_600_000L), Map.entry("min", 60_000L), Map.entry("s", 1000L));

  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9}) ?(ms|s|min|h|d)");

  private Durations() {}

  /** What was written; empty if it is no {@link #FORM}. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "min" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        });
  }

  /** In the largest unit of which it is a whole number, as in {@code 5 min}. */
  public static String text(Duration duration) {
    if (duration.isZero()) {
      return "0 s";
    }
    long millis = duration.toMillis();
    for (Map.Entry<String, Long> unit : UNITS) {
      if (millis % unit.getValue() == 0) {
        return millis / unit.getValue() + " " + unit.getKey();
      }
    }
    return millis + " ms";
  }
}
