// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.TierMeter;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.observe.Measure;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Readings, and the pipeline that puts beside each what is known of its station. What it writes
 * without a cache is what it is to write with one.
 *
 * @param url of the database
 * @param data where it is looked up
 */
record Enrichment(String url, Data data) {

  /** What there is of a station. */
  enum Data {
    /** A row, which nobody changes. */
    FROZEN,
    /** Several rows, each of which counts from some time on. */
    HISTORY
  }

  /** More than processors, so that they meet. */
  private static final int THREADS = 6;

  private static final String FROZEN_JOIN =
      "SELECT r.*, s.name FROM reading r LEFT JOIN station s USING (station)";
  private static final String HISTORY_JOIN =
      """
      SELECT r.*, (SELECT h.name FROM history h WHERE h.station = r.station AND h.since <= r.at
        ORDER BY h.since DESC LIMIT 1) AS name FROM reading r""";

  /**
   * Makes the tables, and has the pipeline run without a cache.
   *
   * @param stations of those that are read an eighth is not among them
   * @throws IllegalStateException if it does not write the join
   */
  static void create(String url, int stations, int readings) throws SQLException {
    execute(
        url,
        "DROP TABLE IF EXISTS reading, station, history, joined, lost",
        "CREATE TABLE station (station int PRIMARY KEY, name text)",
        "INSERT INTO station SELECT i, md5(i::text) FROM generate_series(1, %d) i"
            .formatted(stations),
        "CREATE TABLE history (station int, since timestamptz, name text, UNIQUE (station, since))",
        """
        INSERT INTO history
        SELECT i, timestamptz '2024-01-01' + (v * %d / 4 + i %% 500) * interval '1 min',
          CASE WHEN i %% 7 > 0 THEN md5(i || '-' || v) END
        FROM generate_series(1, %d) i, generate_series(0, 3) v"""
            .formatted(readings, stations),
        "CREATE TABLE reading (n int PRIMARY KEY, station int, at timestamptz)",
        """
        INSERT INTO reading
        SELECT i, i * 7 %% %d, timestamptz '2024-01-01' + i * interval '1 min'
        FROM generate_series(1, %d) i"""
            .formatted(stations * 8 / 7, readings),
        "CREATE TABLE joined AS " + FROZEN_JOIN + " WITH NO DATA",
        "CREATE TABLE lost (LIKE joined)");
    for (Data data : Data.values()) {
      Enrichment plain = new Enrichment(url, data);
      execute(
          url,
          "DROP TABLE IF EXISTS " + plain.expected(),
          "CREATE TABLE " + plain.expected() + " (LIKE joined)");
      plain.run(plain.lookup("plain").withoutCache(), plain.expected());
      String join = data == Data.FROZEN ? FROZEN_JOIN : HISTORY_JOIN;
      if (differences(url, plain.expected(), "(" + join + ") j") > 0) {
        throw new IllegalStateException("Cannot compare with a run without a cache: it is wrong");
      }
    }
  }

  private String expected() {
    return "plain_" + data;
  }

  /** Returns how many rows are in only one of two tables. */
  private static long differences(String url, String one, String other) throws SQLException {
    String query =
        """
        SELECT count(*) FROM ((SELECT * FROM %1$s EXCEPT ALL SELECT * FROM %2$s)
          UNION ALL (SELECT * FROM %2$s EXCEPT ALL SELECT * FROM %1$s)) d""";
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query.formatted(one, other))) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(String url, String... sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  CachedLookup lookup(String name) {
    ConnectionSpec spec = ConnectionSpec.of(url);
    CachedLookup lookup =
        data == Data.FROZEN
            ? CachedLookup.in(spec, "station")
            : CachedLookup.in(spec, "history").key("station").asOf("at", "since");
    return lookup.on("station").named(name);
  }

  /** Runs it to its end, and returns how many rows are not what they are without a cache. */
  long run(CachedLookup lookup) throws SQLException {
    run(lookup, "joined");
    return differences();
  }

  /** The same, into a table of its own, whatever that comes to. */
  void run(CachedLookup lookup, String into) throws SQLException {
    execute(url, "TRUNCATE " + into);
    DirectOptions options = PipelineOptionsFactory.as(DirectOptions.class);
    options.setTargetParallelism(THREADS);
    Pipeline pipeline = Pipeline.create(options);
    ConnectionSpec spec = ConnectionSpec.of(url);
    pipeline
        .apply(ReadTable.from(spec, "reading").blockSize(ByteSize.parse("8KiB")))
        .apply(lookup)
        .apply(WriteTable.into(spec, into));
    pipeline.run().waitUntilFinish();
  }

  long differences() throws SQLException {
    return differences(url, "joined", expected());
  }

  /** How many keys the database was asked for, for a cache of this JVM. */
  static long asked(String name) {
    return served(name, "source");
  }

  /** How many keys a tier had, or knew that there is nothing for them. */
  static long served(String name, String tier) {
    return new TierMeter(name, tier).served();
  }

  /** How many entries a tier did not take. */
  static long dropped(String name, String tier) {
    return List.of("away", "refused", "failed", "full").stream()
        .map(cause -> dropped(name, tier, cause))
        .mapToLong(metric -> Measure.registry().counter(metric).getCount())
        .sum();
  }

  private static String dropped(String name, String tier, String cause) {
    return Measure.labelled(
        "millrace_cache_dropped_total", "cache", name, "tier", tier, "cause", cause);
  }
}
