// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.TableSnapshot;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Silver and gold of the benchmark's server: emptied for each contender, and compared after it. */
final class Medallion {

  private static final List<Table> MADE =
      Stream.concat(Tables.SILVER.stream(), Tables.GOLD.stream()).toList();

  private final ConnectionSpec server;
  private final Map<String, Fingerprint> expected = new LinkedHashMap<>();

  Medallion(ConnectionSpec server) {
    this.server = server;
  }

  /** Empties what is made, and forgets that it was. */
  void reset() throws SQLException {
    Sql.execute(
        server,
        "TRUNCATE " + String.join(", ", MADE.stream().map(Table::name).toList()),
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "CHECKPOINT");
  }

  /** The fingerprint of each table. */
  Map<String, Fingerprint> all() throws SQLException {
    Map<String, Fingerprint> all = new LinkedHashMap<>();
    try (TableSnapshot snapshot = TableSnapshot.of(server)) {
      for (Table table : MADE) {
        all.put(table.name(), of(snapshot, table, "true"));
      }
    }
    return all;
  }

  /** The fingerprint of each table that windows are made of alone, of some windows. */
  Map<String, Fingerprint> of(HourWindow window) throws SQLException {
    Map<String, Fingerprint> some = new LinkedHashMap<>();
    String days =
        "day >= '%s' AND day < '%s'"
            .formatted(window.from().toLocalDate(), window.to().toLocalDate());
    try (TableSnapshot snapshot = TableSnapshot.of(server)) {
      some.put("silver_hour of " + window, of(snapshot, Tables.SILVER_HOUR, window.written()));
      some.put("gold_station_day of " + window, of(snapshot, Tables.GOLD_STATION_DAY, days));
    }
    return some;
  }

  private static Fingerprint of(TableSnapshot snapshot, Table table, String where)
      throws SQLException {
    return snapshot.whole(
        table.schema().names(), "%s AS t WHERE %s".formatted(table.name(), where));
  }

  /**
   * Compares with what others made.
   *
   * @throws IllegalStateException if it is another, or there is nothing
   */
  void check(String contender, Map<String, Fingerprint> made) {
    List<String> wrong = new ArrayList<>();
    made.forEach(
        (name, found) -> {
          Fingerprint right = expected.putIfAbsent(name, found);
          if (right != null && !right.equals(found)) {
            wrong.add("%s is %s where others have %s".formatted(name, found, right));
          }
          if (found.rows() == 0 && name.startsWith(Tables.SILVER_HOUR.name())) {
            wrong.add(name + " is empty");
          }
        });
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(
          "Cannot trust %s: %s".formatted(contender, String.join("; ", wrong)));
    }
  }
}
