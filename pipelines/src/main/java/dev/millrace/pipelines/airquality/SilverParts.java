// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.block.Block;
import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.TableSnapshot;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.silver.BronzeDay;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.silver.Hours;
import dev.millrace.pipelines.airquality.silver.Months;
import dev.millrace.pipelines.airquality.silver.Silver;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The silver layer by months, each decided by its own bronze rows and those of the day before it;
 * and one part of the rows that have no hour.
 */
final class SilverParts implements Parts {
  /** The part of the rows that have no hour. */
  static final String UNDATED = "undated";

  private final ConnectionSpec database;
  private SortedMap<String, Fingerprint> days = new TreeMap<>();
  private SortedMap<String, Fingerprint> months = new TreeMap<>();

  SilverParts(ConnectionSpec database) {
    this.database = database;
  }

  @Override
  public String unit() {
    return months.containsKey(UNDATED) ? "parts" : "months";
  }

  @Override
  public SortedMap<String, ContentKey> keys() throws SQLException {
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      days =
          snapshot.byPart(
              Tables.BRONZE_MEASUREMENT.schema().names(),
              Tables.BRONZE_MEASUREMENT.name() + " AS t",
              BronzeDay.SQL);
    }
    months = byMonth(days);
    SortedMap<String, ContentKey> keys = new TreeMap<>();
    months.forEach((month, rows) -> keys.put(month, key(month, rows)));
    return keys;
  }

  private ContentKey key(String month, Fingerprint rows) {
    ContentKey key =
        ContentKey.of("silver")
            .code(Silver.class, Block.class)
            .parameter("hours before", String.valueOf(HourWindow.CONTEXT_HOURS))
            .input(month, rows.toString());
    if (month.equals(UNDATED)) {
      return key;
    }
    for (String day : Months.daysBefore(YearMonth.parse(month))) {
      key = key.input(day, days.getOrDefault(day, Fingerprint.EMPTY).toString());
    }
    return key;
  }

  /** Of days, or of months. */
  private static SortedMap<String, Fingerprint> byMonth(Map<String, Fingerprint> days) {
    SortedMap<String, Fingerprint> months = new TreeMap<>();
    days.forEach(
        (day, rows) -> {
          String month = BronzeDay.month(day);
          months.merge(month.equals(BronzeDay.NONE) ? UNDATED : month, rows, Fingerprint::plus);
        });
    return months;
  }

  @Override
  public SortedMap<String, Fingerprint> outputs() throws SQLException {
    Tables.create(database, Tables.SILVER);
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      return Fingerprint.plus(
          snapshot.byPart(
              Tables.SILVER_HOUR.schema().names(),
              Tables.SILVER_HOUR.name() + " AS t",
              "to_char(t.hour, 'YYYY-MM')"),
          byMonth(
              snapshot.byPart(
                  Tables.SILVER_REJECT.schema().names(),
                  "%s AS t JOIN %s AS b ON b.file = t.file AND b.line = t.line"
                      .formatted(Tables.SILVER_REJECT.name(), Tables.BRONZE_MEASUREMENT.name()),
                  BronzeDay.SQL)));
    }
  }

  @Override
  public long rows(String part) {
    return months.getOrDefault(part, Fingerprint.EMPTY).rows();
  }

  /** The hours of some parts; all hours, if those are all parts there are. */
  Hours hours(Set<String> parts) {
    if (parts.equals(months.keySet())) {
      return HourWindow.ALL;
    }
    return Months.named(
        parts.stream()
            .map(part -> part.equals(UNDATED) ? BronzeDay.NONE : part)
            .collect(Collectors.toSet()));
  }

  /** How many rows a run reads that makes some parts: the days before among them. */
  long needed(Collection<String> parts) {
    Set<String> more = new HashSet<>();
    for (String part : parts) {
      if (!part.equals(UNDATED)) {
        more.addAll(Months.daysBefore(YearMonth.parse(part)));
      }
    }
    more.removeIf(day -> parts.contains(BronzeDay.month(day)));
    return parts.stream().mapToLong(this::rows).sum()
        + more.stream().mapToLong(day -> days.getOrDefault(day, Fingerprint.EMPTY).rows()).sum();
  }
}
