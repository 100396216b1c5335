// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import java.util.Locale;

/** How figures are written, for people and in a summary. */
public final class Figures {

  private Figures() {}

  /** With its thousands apart, as in {@code 1,234}. */
  public static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** To a thousandth. */
  public static double thousandths(double value) {
    return Math.round(value * 1e3) / 1e3;
  }

  /** A line of a table: what it is about to the left, its cells to the right of their columns. */
  public static String row(String name, String... cells) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-8s", name));
    for (String cell : cells) {
      line.append(String.format(Locale.ROOT, "%12s", cell));
    }
    return line.toString();
  }
}
