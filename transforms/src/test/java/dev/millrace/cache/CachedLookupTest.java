// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Blocks;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.write.WriteTable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a lookup puts beside rows is what the database's own join does. */
class CachedLookupTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "lookup-" + NAMES.incrementAndGet();
  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "DROP TABLE IF EXISTS reading, station, joined, history",
        """
        CREATE TABLE station (code text PRIMARY KEY, name text, height numeric, "Since" date,
          open boolean, id uuid UNIQUE NOT NULL, opened timestamptz, place point)""",
        """
        INSERT INTO station
        SELECT E'S\\"' || i || '''', CASE WHEN i % 7 > 0 THEN 'Station {' || i || '},' END,
               CASE i % 5 WHEN 0 THEN 'NaN' ELSE i / 8.0 END,
               CASE i % 3 WHEN 0 THEN 'infinity' ELSE date '2000-01-01' + i END, i % 2 = 0,
               md5(i::text)::uuid, timestamptz '2020-01-01' + i * interval '1 us', point(i, -i)
        FROM generate_series(1, 500) AS i""",
        "CREATE TABLE reading (n int PRIMARY KEY, station text, value float8)",
        """
        INSERT INTO reading
        SELECT i, CASE WHEN i % 11 > 0 THEN E'S\\"' || (i * i) % 700 || '''' END, sqrt(i)
        FROM generate_series(1, 20000) AS i""");
  }

  private CachedLookup stations() {
    return CachedLookup.in(spec, "station").on("station").named(name);
  }

  private void enrich(String from, CachedLookup lookup) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec, from).blockSize(ByteSize.parse("64KiB")))
        .apply(lookup)
        .apply(WriteTable.into(spec, "joined"));
    pipeline.run().waitUntilFinish();
  }

  private void createJoined(String query) throws SQLException {
    POSTGRES.execute("CREATE TABLE joined AS " + query + " WITH NO DATA");
  }

  private void assertJoined(String query) throws SQLException {
    // As texts: a point has no equality.
    String difference =
        "SELECT count(*) FROM ((SELECT j::text FROM (%1$s) j EXCEPT ALL SELECT t::text FROM joined t)"
            + " UNION ALL (SELECT t::text FROM joined t EXCEPT ALL SELECT j::text FROM (%1$s) j)) d";
    assertThat(POSTGRES.value(difference.formatted(query), Long.class)).isZero();
    assertThat(POSTGRES.value("SELECT count(*) FROM joined", Long.class)).isPositive();
  }

  private long asked() {
    TierMeter source = new TierMeter(name, "source");
    return source.requests(TierMeter.Result.HIT) + source.requests(TierMeter.Result.NEGATIVE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lookup_shouldBeTheLeftJoin(boolean cached) throws SQLException {
    String join =
        "SELECT r.*, s.name, s.height, s.\"Since\", s.open, s.id, s.opened, s.place"
            + " FROM reading r LEFT JOIN station s ON s.code = r.station";
    createJoined(join);
    enrich("reading", cached ? stations() : stations().withoutCache());
    assertJoined(join);
  }

  @Test
  void lookup_shouldAskForEachKeyOnce() throws SQLException {
    createJoined("SELECT r.*, s.name FROM reading r, station s");
    enrich("reading", stations().columns("name"));
    assertThat(asked())
        .isEqualTo(POSTGRES.value("SELECT count(DISTINCT station) FROM reading", Long.class));
  }

  // The direct runner may close the cache after the end: nothing is deleted under it.
  @Test
  void checkedBy_shouldServeWhatWasFound_untilTheQuerySaysOtherwise(
      @TempDir(cleanup = CleanupMode.NEVER) Path folder) throws SQLException {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS version", "CREATE TABLE version AS SELECT 1 AS n, NULL::text AS who");
    String join = "SELECT r.*, s.name FROM reading r LEFT JOIN station s ON s.code = r.station";
    createJoined(join);
    CachedLookup checked =
        stations()
            .columns("name")
            .cached(CacheSettings.DEFAULT.withDisk(DiskSettings.of(folder.toString())))
            .checkedBy("SELECT n, who FROM version", Duration.ofMillis(1));
    enrich("reading", checked);
    assertJoined(join);
    long first = asked();

    POSTGRES.execute("TRUNCATE joined", "UPDATE station SET name = name || '!'");
    enrich("reading", checked);
    assertThat(asked()).isEqualTo(first);
    assertThat(POSTGRES.value("SELECT count(*) FROM joined WHERE name LIKE '%!'", Long.class))
        .isZero();

    POSTGRES.execute("TRUNCATE joined", "UPDATE version SET who = 'me'");
    enrich("reading", checked);
    assertJoined(join);
    assertThat(asked()).isEqualTo(2 * first);

    POSTGRES.execute("TRUNCATE version");
    assertThatThrownBy(() -> enrich("reading", checked))
        .hasMessageContaining(
            "Invalid check of a table: SELECT n, who FROM version (must give one row, as count(*)"
                + " does)");
  }

  @Test
  void inner_shouldDropRowsWithoutAMatch() throws SQLException {
    String join =
        "SELECT r.*, s.name AS of_name FROM reading r JOIN station s ON s.code = r.station"
            + " AND s.open";
    createJoined(join);
    enrich("reading", stations().columns("name").prefixed("of_").where("open -- only").inner());
    assertJoined(join);
  }

  @ParameterizedTest
  @CsvSource({
    "int, bigint",
    "bigint, smallint",
    "'numeric(12,3)', 'numeric'",
    "numeric, 'numeric(9,1)'",
    "text, varchar",
    "varchar, 'char(9)'",
    "'char(12)', 'char(9)'",
    "date, date",
    "timestamp, timestamp",
    "timestamptz, timestamptz",
    "uuid, uuid"
  })
  void lookup_shouldFindWhatTheServerTakesForEqual(String has, String key) throws SQLException {
    String number = "CASE WHEN %1$s %% 13 > 0 THEN %2$s END";
    POSTGRES.execute(
        "DROP TABLE station, reading",
        "CREATE TABLE station (k " + key + " UNIQUE NOT NULL, found int)",
        "INSERT INTO station SELECT " + value("i", key) + ", i FROM generate_series(1, 300) i",
        "CREATE TABLE reading (n int PRIMARY KEY, k " + has + ")",
        "INSERT INTO reading SELECT i, "
            + number.formatted("i", value("(i % 400)", has))
            + " FROM generate_series(1, 3000) i");
    String join = "SELECT r.*, s.found FROM reading r LEFT JOIN station s ON s.k = r.k";
    createJoined(join);
    enrich("reading", CachedLookup.in(spec, "station").named(name));
    assertJoined(join);
    assertThat(POSTGRES.value("SELECT count(found) FROM joined", Long.class)).isPositive();
  }

  /** A value of a type that is the same for the same number in types that can be compared. */
  private static String value(String number, String type) {
    String base = type.replaceAll("\\(.*", "");
    return switch (base) {
      case "date", "timestamp", "timestamptz" ->
          "('2001-01-01'::%s + %s * interval '1 day')::%s".formatted(base, number, base);
      case "uuid" -> "md5(" + number + "::text)::uuid";
      default -> number + "::" + type;
    };
  }

  @Test
  void lookup_shouldTakeKeysOfSeveralColumns() throws SQLException {
    POSTGRES.execute(
        "DROP TABLE station, reading",
        "CREATE TABLE station (a int, b text, found text, PRIMARY KEY (b, a))",
        "INSERT INTO station SELECT i % 30, 'b' || i / 30, 'f' || i FROM generate_series(0, 899) i",
        "CREATE TABLE reading (n int PRIMARY KEY, x text, y int)",
        "INSERT INTO reading SELECT i, 'b' || i % 37, i % 41 FROM generate_series(1, 5000) i");
    String join =
        "SELECT r.*, s.found FROM reading r LEFT JOIN station s ON s.b = r.x AND s.a = r.y";
    createJoined(join);
    enrich("reading", CachedLookup.in(spec, "station").on("x", "y").named(name));
    assertJoined(join);
  }

  @Test
  void asOf_shouldFindWhatWasValidThen() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE history (code text, valid timestamptz, price int, UNIQUE (code, valid))",
        """
        INSERT INTO history
        SELECT 'c' || i % 20, timestamptz '2024-01-01' + (i * 37 % 1000) * interval '1 h', i
        FROM generate_series(1, 400) i ON CONFLICT DO NOTHING""",
        "INSERT INTO history VALUES ('c3', NULL, -1), ('c4', '-infinity', -2),"
            + " ('c5', 'infinity', -3)",
        "CREATE TABLE joined (n int, code text, at timestamptz, price int)",
        "DROP TABLE reading",
        "CREATE TABLE reading (n int PRIMARY KEY, code text, at timestamptz)",
        """
        INSERT INTO reading SELECT i, 'c' || i % 23,
          CASE WHEN i % 17 > 0 THEN timestamptz '2023-12-31' + i * interval '20 min' END
        FROM generate_series(1, 3000) i""");
    enrich("reading", CachedLookup.in(spec, "history").key("code").asOf("at", "valid").named(name));
    assertJoined(
        """
        SELECT r.*, (SELECT h.price FROM history h
          WHERE h.code = r.code AND coalesce(h.valid, '-infinity') <= r.at
          ORDER BY coalesce(h.valid, '-infinity') DESC LIMIT 1) AS price FROM reading r""");
  }

  @Test
  void rows_shouldBeEnriched_asBlocksAre() throws SQLException {
    createJoined("SELECT r.*, s.name FROM reading r, station s");
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec, "reading"))
        .apply(Blocks.toRows())
        .apply(stations().columns("name").rows())
        .apply(Blocks.fromRows())
        .apply(WriteTable.into(spec, "joined"));
    pipeline.run().waitUntilFinish();
    assertJoined("SELECT r.*, s.name FROM reading r LEFT JOIN station s ON s.code = r.station");
  }

  @Test
  void lookup_shouldNotBeOlderThanItsTime() throws Exception {
    String join = "SELECT r.*, s.name FROM reading r LEFT JOIN station s ON s.code = r.station";
    createJoined(join);
    CachedLookup brief =
        stations()
            .columns("name")
            .cached(
                CacheSettings.DEFAULT.withTimeToLive(Duration.ofMillis(1), Duration.ofMillis(1)));
    enrich("reading", brief);
    POSTGRES.execute("UPDATE station SET name = name || '!'", "TRUNCATE joined");
    enrich("reading", brief);
    assertJoined(join);
  }

  @Test
  void lookup_shouldRefuseAKeyOfSeveralRows() throws SQLException {
    POSTGRES.execute("ALTER TABLE station ADD kind int", "UPDATE station SET kind = 7");
    createJoined("SELECT r.*, s.name FROM reading r, station s");
    assertThatThrownBy(() -> enrich("reading", stations().on("n").key("kind").columns("name")))
        .hasStackTraceContaining(
            "Cannot look up in public.station: there are several rows of kind = 7;");
  }

  @Test
  void lookup_shouldRefuseWhatDoesNotFit() throws SQLException {
    assertRefused(stations().on("n"), "Invalid key column: n of INT32 (must be as code of public.");
    assertRefused(stations().on("nothing"), "Invalid column: nothing (must be one of [n, station,");
    assertRefused(stations().columns("nothing"), "Invalid column: nothing (must be one of public");
    assertRefused(stations().on("n", "station"), "Invalid key: [n, station] (must be 1 columns of");
    assertRefused(stations().key("place"), "Invalid key column: place of public.station, a point");
    assertRefused(
        stations().asOf("n", "Since"), "Invalid time: n of INT32 (must be a date or timestamp, as");
    assertRefused(CachedLookup.in(spec, "nowhere"), "Invalid table: nowhere (must exist in");
    POSTGRES.execute("ALTER TABLE station RENAME name TO value");
    assertRefused(stations(), "Invalid column: value (must differ from those of the blocks");
    POSTGRES.execute("ALTER TABLE station DROP CONSTRAINT station_pkey, DROP id");
    assertRefused(stations(), "Cannot look up in public.station: it has no primary key");
    assertThatThrownBy(() -> stations().named("a b"))
        .hasMessage(
            "Invalid name of a cache: a b (must be 1 to 100 letters, digits, dots, dashes or underscores, the first a letter or digit)");
  }

  private void assertRefused(CachedLookup lookup, String sentence) {
    assertThatThrownBy(() -> Pipeline.create().apply(ReadTable.from(spec, "reading")).apply(lookup))
        .hasMessageStartingWith(sentence);
  }
}
