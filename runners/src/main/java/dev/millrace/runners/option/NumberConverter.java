// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number within a range. */
public abstract class NumberConverter implements ITypeConverter<Integer> {

  private final int least;
  private final int most;

  /** Both included; {@code least} is not negative. */
  protected NumberConverter(int least, int most) {
    this.least = least;
    this.most = most;
  }

  @Override
  public final Integer convert(String value) {
    if (value.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new TypeConversionException(
        "must be a whole number from %d to %d".formatted(least, most));
  }

  /** A TCP port. */
  public static class Port extends NumberConverter {
    Port() {
      super(1, PORTS);
    }
  }

  /** A TCP port, or 0 for any that is free. */
  public static final class PortOrAnyFree extends NumberConverter {
    PortOrAnyFree() {
      super(0, PORTS);
    }
  }

  private static final int PORTS = 65_535;
}
