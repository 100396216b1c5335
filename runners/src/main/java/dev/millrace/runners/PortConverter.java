// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A port, or 0 for any that is free. */
final class PortConverter implements ITypeConverter<Integer> {

  private static final int HIGHEST = 65_535;

  @Override
  public Integer convert(String value) {
    if (value.matches("\\d{1,5}") && Integer.parseInt(value) <= HIGHEST) {
      return Integer.valueOf(value);
    }
    throw new TypeConversionException("must be a whole number from 0 to " + HIGHEST);
  }
}
