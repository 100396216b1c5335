// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A port. */
class PortConverter implements ITypeConverter<Integer> {

  private static final int HIGHEST = 65_535;

  private final int least;

  PortConverter() {
    this(1);
  }

  private PortConverter(int least) {
    this.least = least;
  }

  /** A port, or 0 for any that is free. */
  static final class OrAnyFree extends PortConverter {
    OrAnyFree() {
      super(0);
    }
  }

  @Override
  public final Integer convert(String value) {
    if (value.matches("\\d{1,5}")) {
      int port = Integer.parseInt(value);
      if (port >= least && port <= HIGHEST) {
        return port;
      }
    }
    throw new TypeConversionException("must be a whole number from " + least + " to " + HIGHEST);
  }
}
