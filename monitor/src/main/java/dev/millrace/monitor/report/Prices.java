// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

/**
 * What an hour costs of what a run takes.
 *
 * @param currency as in {@code EUR}, of all prices
 * @param cpuHour an hour of one processor
 * @param gbHour an hour of 10<sup>9</sup> bytes of memory
 * @param databaseHour an hour of the databases, by the wall clock, while a run uses them
 */
public record Prices(String currency, double cpuHour, double gbHour, double databaseHour) {

  private static final int LONGEST = 12;

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if one of them is below 0 or no number, or the currency is
   *     empty or longer than 12 letters
   */
  public Prices {
    if (currency.isBlank() || currency.length() > LONGEST) {
      throw new IllegalArgumentException(
          "Invalid currency: %s (must be 1 to %d letters)".formatted(currency, LONGEST));
    }
    check("cpu_hour", cpuHour);
    check("gb_hour", gbHour);
    check("database_hour", databaseHour);
  }

  private static void check(String name, double price) {
    if (!(price >= 0 && Double.isFinite(price))) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be a number, 0 or more)".formatted(name, price));
    }
  }
}
