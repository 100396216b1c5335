// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.monitor.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a length of time as people write it: 200ms, 5s, 10min, 2h, 1d. */
public final class DurationConverter implements ITypeConverter<Duration> {

  /** As people write it. */
  public static String text(Duration duration) {
    return Durations.text(duration);
  }

  @Override
  public Duration convert(String value) {
    return Durations.parse(value)
        .orElseThrow(() -> new TypeConversionException("must be " + Durations.FORM));
  }
}
