// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.run.Totals;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run cost: its processor seconds by the price of a processor's hour, its most memory over
 * its wall time by that of a gigabyte's, and its wall time by that of the databases.
 *
 * @param prices it goes by
 * @param cpuSeconds of all threads of its process
 * @param gigabytes 10<sup>9</sup> bytes, resident at most: what has to be there for all of the run
 * @param seconds by the wall clock
 * @param rows that it wrote
 */
public record Cost(Prices prices, double cpuSeconds, double gigabytes, double seconds, long rows) {

  private static final double HOUR = 3600;

  private static final double GIGABYTE = 1e9;

  private static final double MILLION = 1e6;

  /** Of a run; empty if something of it is not known, for which see {@link #unknown}. */
  public static Optional<Cost> of(Prices prices, RunLine run) {
    Totals totals = run.totals();
    Double cpu = totals.cpuSeconds();
    Long peak = totals.peakRssBytes();
    Double seconds = totals.seconds();
    Long rows = totals.rowsWritten();
    return unknown(run) != null || cpu == null || peak == null || seconds == null
        ? Optional.empty()
        : Optional.of(new Cost(prices, cpu, peak / GIGABYTE, seconds, rows == null ? 0 : rows));
  }

  /** Why the cost of a run is not known, in a sentence; null if it is. */
  static @Nullable String unknown(RunLine run) {
    Totals totals = run.totals();
    if (run.runner().startsWith("flink://")) {
      return "The cost is not known: a cluster did the work, and what it took is not measured.";
    }
    return totals.cpuSeconds() == null || totals.peakRssBytes() == null || totals.seconds() == null
        ? "The cost is not known: the run did not end in order, so what it took was not written."
        : null;
  }

  /** Of the processors. */
  @JsonProperty
  public double processors() {
    return cpuSeconds / HOUR * prices.cpuHour();
  }

  /** Of the memory. */
  @JsonProperty
  public double memory() {
    return gigabytes * seconds / HOUR * prices.gbHour();
  }

  /** Of the databases. */
  @JsonProperty
  public double database() {
    return seconds / HOUR * prices.databaseHour();
  }

  /** Of all. */
  @JsonProperty
  public double total() {
    return processors() + memory() + database();
  }

  /** For a million rows written; null if none was. */
  @JsonProperty
  public @Nullable Double perMillionRows() {
    return rows == 0 ? null : total() / rows * MILLION;
  }

  /** How it is computed, with its figures. */
  @JsonProperty
  public String formula() {
    String text =
        "cpu_seconds / 3600 × cpu_hour + peak_rss_bytes / 10^9 × seconds / 3600 × gb_hour"
            + " + seconds / 3600 × database_hour = %s / 3600 × %s + %s × %s / 3600 × %s"
            + " + %s / 3600 × %s = %s + %s + %s = %s";
    String sum =
        text.formatted(
            figure(cpuSeconds),
            price(prices.cpuHour()),
            figure(gigabytes),
            figure(seconds),
            price(prices.gbHour()),
            figure(seconds),
            price(prices.databaseHour()),
            figure(processors()),
            figure(memory()),
            figure(database()),
            amount(total()));
    Double each = perMillionRows();
    return each == null
        ? sum
        : sum
            + "; %s / %s rows × 1,000,000 = %s for a million rows"
                .formatted(figure(total()), Format.count(rows), amount(each));
  }

  /** With its currency. */
  String amount(double value) {
    return figure(value) + " " + prices.currency();
  }

  private static String figure(double value) {
    return Format.digits(value, 4);
  }

  private static String price(double value) {
    return Format.digits(value, 9);
  }
}
