// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.function.Consumer;

/**
 * Bronze whose last hours are delivered one by one, as often as wanted anew.
 *
 * @param before hours that are there from the start, whole days
 * @param later hours that are delivered
 */
record Hours(ConnectionSpec server, int stations, int before, int later) {

  private static final int SEED = 1;
  private static final String BRONZE = Tables.BRONZE_MEASUREMENT.name();
  private static final String COLUMNS =
      String.join(", ", Tables.BRONZE_MEASUREMENT.schema().names());
  private static final String LATER = "bench_later";

  /** A file's first row stands in its second line. */
  private static final int FIRST_LINE = 2;

  private BronzeData data() {
    return new BronzeData(stations, before + later, SEED);
  }

  /** Makes the medallion's tables, bronze with all but the last hours. */
  void create(Consumer<String> progress) throws SQLException {
    data().create(server, progress);
    Sql.execute(
        server,
        "CREATE TABLE %s AS SELECT %s FROM %s WHERE line >= %d"
            .formatted(LATER, COLUMNS, BRONZE, line(0)),
        "CREATE INDEX ON %s (line)".formatted(LATER));
    takeBack();
  }

  /** Takes back what was delivered. */
  void takeBack() throws SQLException {
    Sql.execute(
        server,
        "DELETE FROM %s WHERE line >= %d".formatted(BRONZE, line(0)),
        "VACUUM ANALYZE " + BRONZE);
  }

  /**
   * Delivers an hour of each station.
   *
   * @param number from 0
   */
  void deliver(int number) throws SQLException {
    Sql.execute(
        server,
        "INSERT INTO %s (%s) SELECT * FROM %s WHERE line = %d"
            .formatted(BRONZE, COLUMNS, LATER, line(number)));
  }

  /** The day of an hour that is delivered. */
  LocalDate day(int number) {
    return data().firstDay().plusDays((before + number) / 24);
  }

  /** From the first day of which hours are delivered. */
  HourWindow delivered() {
    return new HourWindow(day(0).atStartOfDay(), day(later - 1).plusDays(1).atStartOfDay());
  }

  private int line(int number) {
    return before + number + FIRST_LINE;
  }
}
