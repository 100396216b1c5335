// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a length of time as people write it: 200ms, 5s, 10min, 2h, 1d. */
final class DurationConverter implements ITypeConverter<Duration> {

  private static final List<Map.Entry<String, Long>> UNITS =
      List.of(Map.entry("h", 3_600_000L), Map.entry("min", 60_000L), Map.entry("s", 1000L));

  private static final Pattern FORM = Pattern.compile("(\\d{1,9}) ?(ms|s|min|h|d)");

  /** As people write it. */
  static String text(Duration duration) {
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

  @Override
  public Duration convert(String value) {
    Matcher matcher = FORM.matcher(value.strip());
    if (!matcher.matches()) {
      throw new TypeConversionException("must be a number with a unit, as in 200ms, 5s, 10min, 2h");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "min" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
