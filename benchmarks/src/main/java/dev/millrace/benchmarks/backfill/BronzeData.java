// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.WindowSize;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * Bronze rows that the server itself makes up, station after station as files are delivered: text
 * of the form and about the spread of the real data, with what is missing. The same arguments make
 * the same rows, whatever was there before.
 *
 * @param stations 1 or more
 * @param hours of each, from the first of March 2013 without gaps
 * @param seed of the values
 */
record BronzeData(int stations, int hours, int seed) {

  private static final LocalDate FIRST = LocalDate.of(2013, 3, 1);

  /** What the real data has: four years of twelve stations. */
  private static final int MOST_HOURS = 35_064;

  private static final int REAL_STATIONS = 12;

  /** Two months, so that there is more than one window. */
  private static final int LEAST_HOURS = 61 * 24;

  private static final String INSERT =
      """
      INSERT INTO bronze_measurement (file, line, no, year, month, day, hour, pm25, pm10, so2, no2,
        co, o3, temp, pres, dewp, rain, wd, wspm, station)
      SELECT 'PRSA_Data_' || name || '_20130301-20170228.csv', h + 2, (h + 1)::text,
        extract(year FROM t)::int::text, extract(month FROM t)::int::text,
        extract(day FROM t)::int::text, extract(hour FROM t)::int::text,
        CASE WHEN outage OR {1} < 0.009 THEN 'NA' ELSE fine::int::text END,
        CASE WHEN outage OR {2} < 0.004 THEN 'NA'
          ELSE greatest(2, least(999, fine * exp(0.45 + 0.25 * {3} - {4})))::int::text END,
        CASE WHEN outage OR {5} < 0.010 THEN 'NA'
          ELSE greatest(1, least(500, 7 * exp(0.6 * still + 0.8 * winter)))::int::text END,
        CASE WHEN outage OR {6} < 0.017 THEN 'NA'
          ELSE greatest(2, least(290, 43 * exp(0.5 * still - 0.2 * noon)))::int::text END,
        CASE WHEN outage OR {7} < 0.037 THEN 'NA'
          ELSE (100 * greatest(1, least(100, 9 * exp(0.7 * still + 0.25 * winter)))::int)::text END,
        CASE WHEN outage OR {8} < 0.020 THEN 'NA'
          ELSE greatest(1, least(1071, 45 * exp(0.7 * noon - 0.7 * winter + {9} - 0.5)))::int::text
        END,
        CASE WHEN unseen THEN 'NA' ELSE
          round((13.5 - 15 * winter + 4.5 * noon + 6 * {10})::numeric, 1)::text END,
        CASE WHEN unseen THEN 'NA' ELSE round((1008 + 8.5 * winter + 5 * {11})::numeric, 1)::text END,
        CASE WHEN unseen THEN 'NA' ELSE
          round((3.5 - 15 * winter + 4 * still)::numeric, 1)::text END,
        CASE WHEN unseen THEN 'NA' WHEN {12} < 0.04 THEN round((3 * {13})::numeric, 1)::text
          ELSE '0' END,
        CASE WHEN {14} < 0.004 THEN 'NA' ELSE
          (ARRAY['N', 'NNE', 'NE', 'ENE', 'E', 'ESE', 'SE', 'SSE', 'S', 'SSW', 'SW', 'WSW', 'W',
            'WNW', 'NW', 'NNW'])[1 + (16 * {15})::int % 16] END,
        CASE WHEN unseen THEN 'NA' ELSE round((1 + 3 * {16})::numeric, 1)::text END,
        name
      FROM (SELECT *, greatest(2, least(999, 55 * exp(0.8 * still + 0.1 * winter))) AS fine,
          ((hashint8extended(id / 24, {seed}) >> 11) & 1048575) < 12000 AS outage,
          {17} < 0.001 AS unseen
        FROM (SELECT *, sin(h / 29.0 + {station}) + 0.6 * sin(h / 171.0 + 2 * {station}) + {18} - 0.5
              AS still,
            cos(2 * pi() * (extract(doy FROM t)::float8 - 15) / 365.25) AS winter,
            -cos(2 * pi() * (extract(hour FROM t)::float8 - 3) / 24) AS noon
          FROM (SELECT h, {station} * 1000000000::bigint + h AS id, '{name}' AS name,
              timestamp '2013-03-01' + h * interval '1 hour' AS t
            FROM generate_series(0, {hours} - 1) AS h) AS a) AS b) AS c
      ORDER BY h
      """;

  private static final int CELLS = 18;

  /** About so many rows: as many stations as the real data and fewer hours, or more stations. */
  static BronzeData of(long rows, int seed) {
    int hours = (int) Math.max(LEAST_HOURS, Math.min(MOST_HOURS, rows / REAL_STATIONS));
    return new BronzeData((int) Math.max(1, rows / hours), hours, seed);
  }

  long rows() {
    return (long) stations * hours;
  }

  LocalDate firstDay() {
    return FIRST;
  }

  LocalDate lastDay() {
    return FIRST.plusDays((hours - 1) / 24);
  }

  /** Months, in order. */
  List<HourWindow> windows() {
    return WindowSize.parse("month")
        .cut(FIRST, lastDay().plusDays(1), Collections.emptySortedMap());
  }

  /** Makes the medallion's tables, and fills the first. */
  void create(ConnectionSpec server, Consumer<String> progress) throws SQLException {
    Tables.create(server, Tables.BRONZE);
    Tables.create(server, Tables.SILVER);
    Tables.create(server, Tables.GOLD);
    long start = System.nanoTime();
    for (int station = 1; station <= stations; station++) {
      Sql.execute(server, insert(station));
      if (station % 100 == 0) {
        progress.accept("%,d of %,d rows are there".formatted((long) station * hours, rows()));
      }
    }
    Sql.execute(server, "VACUUM ANALYZE " + Tables.BRONZE_MEASUREMENT.name());
    progress.accept(
        "%,d rows of bronze in %d s: %d stations, %d months"
            .formatted(
                rows(), (System.nanoTime() - start) / 1_000_000_000, stations, windows().size()));
  }

  private String insert(int station) {
    String insert =
        INSERT
            .replace("{station}", String.valueOf(station))
            .replace("{name}", "S%04d".formatted(station))
            .replace("{hours}", String.valueOf(hours))
            .replace("{seed}", String.valueOf(seed));
    for (int cell = 1; cell <= CELLS; cell++) {
      insert = insert.replace("{" + cell + "}", chance(cell));
    }
    return insert;
  }

  /** A number from 0 to 1 that depends on station, hour and cell alone. */
  private String chance(int cell) {
    return "(((hashint8extended(id, %d) >> 11) & 1048575) / 1048576.0::float8)"
        .formatted(100L * seed + cell);
  }
}
