// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Timeouts;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.verify.Difference.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

class VerifyTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final String ROWS =
      "INSERT INTO t SELECT i, 'name ' || i, timestamptz '2024-01-01Z' + i * interval '1 min'"
          + " FROM generate_series(1, 20000) i";

  @BeforeEach
  void create() throws SQLException {
    for (PostgresExtension database : List.of(SOURCE, TARGET)) {
      database.execute(
          "DROP VIEW IF EXISTS v",
          "DROP TABLE IF EXISTS t",
          "CREATE TABLE t (id int PRIMARY KEY, name text, at timestamptz)",
          ROWS,
          "ANALYZE t");
    }
  }

  private static ConnectionSpec spec(PostgresExtension database) {
    return ConnectionSpec.of(database.jdbcUrl());
  }

  private static VerifyOptions options() {
    return VerifyOptions.of(spec(SOURCE), "t", spec(TARGET), "t");
  }

  private static Verification compare(VerifyOptions options) throws SQLException {
    try (Verify verify = Verify.open(options)) {
      return verify.compare();
    }
  }

  private static List<String> keys(Verification found, Kind kind) {
    return found.named(kind).stream().map(each -> String.join("|", each.key())).toList();
  }

  @Test
  void compare_shouldFindNothing_whenTheRowsAreEqual() throws Exception {
    Verification found = compare(options());

    assertThat(found.isEqual()).isTrue();
    assertThat(found.sourceRows()).isEqualTo(20_000);
    assertThat(found.sourceSum()).hasSize(32).isEqualTo(found.targetSum());
    assertThat(found.ranges()).isGreaterThan(5);
    assertThat(found.unequal()).isEmpty();
  }

  @Test
  void compare_shouldNameKeysAndColumns() throws Exception {
    TARGET.execute(
        "DELETE FROM t WHERE id IN (17, 4711)",
        "INSERT INTO t VALUES (-5, 'new', NULL), (123456789, NULL, NULL)",
        "UPDATE t SET name = NULL WHERE id = 9",
        "UPDATE t SET name = '', at = at - interval '1 us' WHERE id = 10000");

    Verification found = compare(options());

    assertThat(found.isEqual()).isFalse();
    assertThat(keys(found, Kind.MISSING)).containsExactly("17", "4711");
    assertThat(keys(found, Kind.EXTRA)).containsExactly("-5", "123456789");
    assertThat(keys(found, Kind.DIFFERENT)).containsExactly("9", "10000");
    assertThat(found.named(Kind.DIFFERENT).get(0).columns()).containsExactly("name");
    assertThat(found.named(Kind.DIFFERENT).get(1).columns()).containsExactly("name", "at");
    assertThat(found.unequal()).hasSizeBetween(3, 6);
  }

  @Test
  void compare_shouldFindValuesThatChangedPlaces() throws Exception {
    // The sum of the columns' hashes stays as it is.
    TARGET.execute(
        "UPDATE t SET name = 'name ' || (CASE id WHEN 5 THEN 6 ELSE 5 END) WHERE id IN (5, 6)");

    assertThat(keys(compare(options()), Kind.DIFFERENT)).containsExactly("5", "6");
  }

  @Test
  void compare_shouldCountAllAndNameSome_whenEverythingIsMissing() throws Exception {
    TARGET.execute("TRUNCATE t");

    Verification found = compare(options().withLimit(3));

    assertThat(found.count(Kind.MISSING)).isEqualTo(20_000);
    assertThat(found.count(Kind.DIFFERENT)).isZero();
    assertThat(found.named(Kind.MISSING)).hasSize(3);
    assertThat(found.targetSum()).isEqualTo("0".repeat(32));
  }

  @Test
  void compare_shouldCountAllAndNameSome_whenEverythingIsExtraOrDifferent() throws Exception {
    TARGET.execute("UPDATE t SET name = name || '!'");
    Verification different = compare(options().withLimit(3));
    SOURCE.execute("TRUNCATE t");
    Verification extra = compare(options().withLimit(3));

    assertThat(different.count(Kind.DIFFERENT)).isEqualTo(20_000);
    assertThat(different.named(Kind.DIFFERENT)).hasSize(3);
    assertThat(extra.count(Kind.EXTRA)).isEqualTo(20_000);
    assertThat(extra.named(Kind.EXTRA)).hasSize(3);
  }

  @Test
  void compare_shouldTellApartWhatWasNotYetSynced() throws Exception {
    TARGET.execute("DELETE FROM t WHERE id > 19990", "DELETE FROM t WHERE id = 3");
    SOURCE.execute(
        "UPDATE t SET name = 'newer', at = '2030-01-01' WHERE id IN (100, 200)",
        "UPDATE t SET name = 'lost' WHERE id = 300",
        "INSERT INTO t SELECT i, 'new', '2030-01-02' FROM generate_series(500001, 500007) i");
    String until = "'2024-01-14 21:11:00Z'"; // The 19991st minute.

    Verification found = compare(options().withSynced(new Synced("at", until)));

    assertThat(found.count(Kind.NOT_YET_SYNCED)).isEqualTo(10 + 2 + 7);
    assertThat(keys(found, Kind.NOT_YET_SYNCED)).contains("100", "200", "19991", "500007");
    assertThat(keys(found, Kind.MISSING)).containsExactly("3");
    assertThat(keys(found, Kind.DIFFERENT)).containsExactly("300");
    assertThat(found.count(Kind.EXTRA)).isZero();

    TARGET.execute("INSERT INTO t VALUES (3, 'name 3', '2024-01-01 00:03Z')");
    SOURCE.execute("UPDATE t SET name = 'name 300' WHERE id = 300");
    assertThat(compare(options().withSynced(new Synced("at", until))).isEqual()).isTrue();
  }

  @Test
  void compare_shouldCutByWindowsOfTheCursor() throws Exception {
    TARGET.execute(
        "DELETE FROM t WHERE id = 1441", // The first minute of the second day.
        "UPDATE t SET at = at + interval '2 days' WHERE id = 10");
    VerifyOptions byDay =
        options().withCursor("at").byWindow(WindowLength.DAY).withColumns(List.of("at"));

    Verification found = compare(byDay);

    assertThat(found.ranges()).isEqualTo(14 + 1);
    assertThat(found.unequal())
        .containsExactly(
            new RangeResult("[start .. 2024-01-02 00:00:00+00)", 1439, 1438),
            new RangeResult("[2024-01-02 00:00:00+00 .. 2024-01-03 00:00:00+00)", 1440, 1439),
            new RangeResult("[2024-01-03 00:00:00+00 .. 2024-01-04 00:00:00+00)", 1440, 1441));
    assertThat(keys(found, Kind.MISSING)).containsExactly("1441");
    assertThat(keys(found, Kind.DIFFERENT)).containsExactly("10");
    assertThat(compare(options().withCursor("at").byWindow(WindowLength.FITTING)).ranges())
        .as("hours, then")
        .isEqualTo(334 + 1);
    assertThatThrownBy(() -> compare(options().withCursor("at").byWindow(WindowLength.MINUTE)))
        .hasMessageStartingWith(
            "Invalid length of a window: minute (must be longer: there would be")
        .hasMessageContaining("20,000");
  }

  @Test
  void compare_shouldFindWhatIsThereTwice_whenTheTargetHasNoKey() throws Exception {
    TARGET.execute(
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "INSERT INTO t SELECT * FROM t WHERE id IN (7, 8)",
        "INSERT INTO t SELECT * FROM t WHERE id = 8");

    Verification found = compare(options());

    // First 8 was doubled, then both were.
    assertThat(found.count(Kind.EXTRA)).isEqualTo(1 + 3);
    assertThat(keys(found, Kind.EXTRA)).containsExactly("7", "8");
  }

  @Test
  void compare_shouldTakeWholeRows_whenNothingTellsThemApart() throws Exception {
    for (PostgresExtension database : List.of(SOURCE, TARGET)) {
      database.execute("ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER id DROP NOT NULL");
    }
    TARGET.execute("UPDATE t SET name = 'O''Hara, \"x\"' WHERE id = 5");

    Verification found = compare(options());

    assertThat(keys(found, Kind.MISSING))
        .containsExactly("(5,\"name 5\",\"2024-01-01 00:05:00+00\")");
    assertThat(keys(found, Kind.EXTRA))
        .containsExactly("(5,\"O'Hara, \"\"x\"\"\",\"2024-01-01 00:05:00+00\")");
    assertThat(found.count(Kind.DIFFERENT)).isZero();
  }

  @Test
  void compare_shouldSeeOneMoment_whateverChangesMeanwhile() throws Exception {
    try (Verify verify = Verify.open(options())) {
      SOURCE.execute("DELETE FROM t WHERE id < 500", "UPDATE t SET id = -id WHERE id % 3 = 0");
      TARGET.execute("UPDATE t SET name = 'x'");

      assertThat(verify.compare().isEqual()).isTrue();
    }
    assertThat(compare(options()).isEqual()).isFalse();
  }

  @Test
  void compare_shouldCompareTheRowsOfACondition() throws Exception {
    TARGET.execute("DELETE FROM t WHERE id > 100");

    Verification found = compare(options().withWhere("id <= 100 -- and no more"));

    assertThat(found.isEqual()).isTrue();
    assertThat(found.sourceRows()).isEqualTo(100);
  }

  @Test
  void compare_shouldReadViewsAndPartitions() throws Exception {
    SOURCE.execute("CREATE VIEW v AS SELECT * FROM t");
    TARGET.execute(
        "DROP TABLE t",
        "CREATE TABLE t (name text, id bigint, at timestamptz, more int) PARTITION BY RANGE (id)",
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9000)",
        "CREATE TABLE t2 PARTITION OF t DEFAULT",
        ROWS.replace("INTO t", "INTO t (id, name, at)"),
        "DELETE FROM t WHERE id IN (8999, 9000)");

    Verification found =
        compare(VerifyOptions.of(spec(SOURCE), "v", spec(TARGET), "t").withKey(List.of("id")));

    assertThat(keys(found, Kind.MISSING)).containsExactly("8999", "9000");
    assertThat(found.count(Kind.EXTRA) + found.count(Kind.DIFFERENT)).isZero();
  }

  @Test
  void compare_shouldUseMd5_whenTheServersDoNotAgreeOnAHash() throws Exception {
    String latin = TARGET.value("SELECT current_database()::text || '_latin'", String.class);
    TARGET.execute(
        "CREATE DATABASE "
            + latin
            + " TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc"
            + " LOCALE 'C'");
    ConnectionSpec other = ConnectionSpec.of(TARGET.server().jdbcUrl(latin));
    SOURCE.execute("UPDATE t SET name = 'Käse ' || id");
    try (var connection = other.connect("test");
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id int PRIMARY KEY, name text, at timestamptz)");
      statement.execute(ROWS.replace("'name '", "'Käse '"));
      statement.execute("UPDATE t SET name = 'Kase' WHERE id = 77");
    }

    Verification found = compare(VerifyOptions.of(spec(SOURCE), "t", other, "t"));

    assertThat(keys(found, Kind.DIFFERENT)).containsExactly("77");
    assertThat(found.count(Kind.MISSING) + found.count(Kind.EXTRA)).isZero();
    TARGET.execute("DROP DATABASE " + latin + " WITH (FORCE)");
  }

  @Test
  void compare_shouldRefuse_whatGivesOtherRowsEachTime() throws Exception {
    SOURCE.execute("CREATE VIEW v AS SELECT id, random()::text AS name, at FROM t");

    assertThatThrownBy(
            () ->
                compare(
                    VerifyOptions.of(spec(SOURCE), "v", spec(TARGET), "t").withKey(List.of("id"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "Cannot verify public.v against public.t: its rows were not the same");
  }

  @Test
  void open_shouldRefuse_whatCannotBeCompared() throws Exception {
    TARGET.execute("ALTER TABLE t DROP COLUMN name");

    assertThatThrownBy(() -> Verify.open(options()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot compare public.t with public.t: that has no column name, but [id, at]; name the"
                + " columns to compare");
    assertThatThrownBy(() -> Verify.open(options().withKey(List.of("idd"))))
        .hasMessageContaining("idd");
    assertThatThrownBy(
            () ->
                Verify.open(
                    options()
                        .withColumns(List.of("at"))
                        .withCursor("id")
                        .byWindow(WindowLength.FITTING)))
        .hasMessage(
            "Cannot compare by windows of id: it is integer there and integer here (must be a date or"
                + " timestamp, the same on both sides)");
    assertThatThrownBy(() -> options().byWindow(WindowLength.FITTING))
        .hasMessage("Cannot compare by windows: no column is named as the cursor");
  }

  @Test
  @Timeout(240)
  void compare_shouldTakeLongerThanTheStallTimeout_andEndWhenCancelled() throws Exception {
    SOURCE.execute("CREATE VIEW v AS SELECT t.* FROM t, pg_sleep(4)");
    Timeouts impatient = Timeouts.DEFAULT.withStall(Duration.ofSeconds(3));
    VerifyOptions options =
        VerifyOptions.of(spec(SOURCE).withTimeouts(impatient), "v", spec(TARGET), "t")
            .withKey(List.of("id"));
    assertThat(compare(options).isEqual()).isTrue();

    SOURCE.execute("CREATE OR REPLACE VIEW v AS SELECT t.* FROM t, pg_sleep(3600)");
    try (Verify verify = Verify.open(options)) {
      FutureTask<Verification> comparing = new FutureTask<>(verify::compare);
      new Thread(comparing).start();
      awaitSleep();
      verify.cancel();
      assertThatThrownBy(comparing::get).hasMessageContaining("cancel");
    }
  }

  /** Until the server runs the view, or has run it: it then has a session that waits. */
  private static void awaitSleep() throws SQLException {
    SOURCE.execute(
        "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            + " AND application_name LIKE 'millrace%') LOOP PERFORM pg_stat_clear_snapshot();"
            + " END LOOP; END $$");
  }
}
