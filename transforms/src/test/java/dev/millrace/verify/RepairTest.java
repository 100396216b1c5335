// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.verify.Difference.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

class RepairTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final String TOUCHED = "SELECT count(*) FROM touched";

  @BeforeEach
  void create() throws SQLException {
    for (PostgresExtension database : List.of(SOURCE, TARGET)) {
      database.execute(
          "DROP TABLE IF EXISTS t, touched",
          "CREATE TABLE t (id int PRIMARY KEY, version int NOT NULL, name text)",
          "INSERT INTO t SELECT i, 1, 'name ' || i FROM generate_series(1, 10000) i",
          "ANALYZE t");
    }
    // Whatever is written to the target leaves a trace.
    TARGET.execute(
        "CREATE TABLE touched (id int)",
        "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " INSERT INTO touched VALUES (coalesce(new.id, old.id)); RETURN NULL; END $$");
  }

  private static void trace() throws SQLException {
    TARGET.execute(
        "CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION"
            + " touch()");
  }

  private static VerifyOptions options() {
    return VerifyOptions.of(
        ConnectionSpec.of(SOURCE.jdbcUrl()), "t", ConnectionSpec.of(TARGET.jdbcUrl()), "t");
  }

  @Test
  void run_shouldCopyJustWhatIsMissingOrDifferent() throws Exception {
    TARGET.execute(
        "DELETE FROM t WHERE id % 1000 = 1",
        "UPDATE t SET name = '' WHERE id BETWEEN 500 AND 1200",
        "INSERT INTO t VALUES (-1, 1, 'extra')");
    trace();

    Repair.Mended mended = Repair.of(options()).run();

    assertThat(mended.found().count(Kind.MISSING)).isEqualTo(10);
    assertThat(mended.found().count(Kind.DIFFERENT)).isEqualTo(700);
    assertThat(mended.written()).isEqualTo(710);
    assertThat(mended.deleted()).isZero();
    assertThat(mended.left().count(Kind.EXTRA)).isEqualTo(1);
    assertThat(mended.left().count(Kind.MISSING) + mended.left().count(Kind.DIFFERENT)).isZero();
    assertThat(TARGET.value(TOUCHED, Long.class)).isEqualTo(710);
  }

  @Test
  void run_shouldDeleteExtras_whenAsked() throws Exception {
    TARGET.execute("INSERT INTO t SELECT -i, 1, 'extra' FROM generate_series(1, 1234) i");
    trace();

    Repair.Mended mended = Repair.of(options()).deleteExtra().run();

    assertThat(mended.deleted()).isEqualTo(1234);
    assertThat(mended.left().isEqual()).isTrue();
    assertThat(TARGET.value(TOUCHED, Long.class)).isEqualTo(1234);
  }

  @Test
  void run_shouldCopyAll_whenTheTargetIsEmpty() throws Exception {
    TARGET.execute("TRUNCATE t");

    Repair.Mended mended = Repair.of(options()).run();

    assertThat(mended.written()).isEqualTo(10_000);
    assertThat(mended.left().isEqual()).isTrue();
  }

  @Test
  void run_shouldLeaveWhatTheSyncWillBring() throws Exception {
    SOURCE.execute("UPDATE t SET version = 9, name = 'newer' WHERE id = 5");
    TARGET.execute("DELETE FROM t WHERE id = 6");
    trace();

    Repair.Mended mended = Repair.of(options().withSynced(new Synced("version", "9"))).run();

    assertThat(mended.written()).isEqualTo(1);
    assertThat(mended.left().count(Kind.NOT_YET_SYNCED)).isEqualTo(1);
    assertThat(TARGET.query("SELECT id FROM touched", row -> row.getInt(1))).containsExactly(6);
  }

  @Test
  void run_shouldGoByAnyKey() throws Exception {
    for (PostgresExtension database : List.of(SOURCE, TARGET)) {
      database.execute(
          "DROP TABLE t",
          "CREATE TABLE t (\"A \"\"a\" text COLLATE \"en-x-icu\", b numeric, c boolean, v bytea,"
              + " UNIQUE (\"A \"\"a\", b, c))",
          "INSERT INTO t SELECT 'k''\\ ' || i, i / 8.0, i % 2 = 0, '\\x01' FROM"
              + " generate_series(1, 3000) i",
          "INSERT INTO t VALUES (NULL, 1, true, '\\x02'), ('x', NULL, NULL, '\\x03')");
    }
    TARGET.execute(
        "UPDATE t SET v = NULL WHERE b < 9",
        "DELETE FROM t WHERE b > 300",
        "INSERT INTO t VALUES ('K''\\ 1', 0.125, false, 'extra')",
        "UPDATE t SET v = NULL WHERE b IS NULL");

    Repair.Mended mended =
        Repair.of(options().withKey(List.of("A \"a", "b", "c"))).deleteExtra().run();

    assertThat(mended.deleted()).isEqualTo(1);
    assertThat(mended.found().count(Kind.DIFFERENT)).isEqualTo(71 + 1 + 1);
    // An upsert would add rows whose key holds a NULL once more.
    assertThat(mended.written()).isEqualTo(71 + 600);
    assertThat(mended.left().count(Kind.DIFFERENT)).isEqualTo(2);
    assertThat(mended.left().count(Kind.MISSING) + mended.left().count(Kind.EXTRA)).isZero();
  }

  @Test
  void run_shouldTakeWideRowsAFewAtATime() throws Exception {
    SOURCE.execute("UPDATE t SET name = repeat(md5(id::text), 100000) WHERE id <= 9");

    Repair.Mended mended = Repair.of(options()).run();

    assertThat(mended.written()).isEqualTo(9);
    assertThat(mended.left().isEqual()).isTrue();
  }

  @Test
  void run_shouldRefuseBeforeItWrites_whatHasNoKey() throws Exception {
    TARGET.execute("ALTER TABLE t DROP CONSTRAINT t_pkey", "DELETE FROM t WHERE id = 1");
    trace();

    assertThatThrownBy(() -> Repair.of(options()).run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid key of public.t: [id] (must be the columns of a unique index: there is none)");
    SOURCE.execute("ALTER TABLE t DROP CONSTRAINT t_pkey");
    assertThatThrownBy(() -> Repair.of(options()).run())
        .hasMessage("Cannot repair public.t: no columns tell its rows apart; name them as the key");
    assertThat(TARGET.value(TOUCHED, Long.class)).isZero();
  }

  @Test
  @Timeout(120)
  void run_shouldUndoNothing_whileASyncWritesToo() throws Exception {
    TARGET.execute(
        "UPDATE t SET name = 'wrong' WHERE id % 2 = 0", "DELETE FROM t WHERE id % 5 = 0");
    TARGET.execute("INSERT INTO t SELECT i, 0, 'extra' FROM generate_series(10001, 12000) i");
    FutureTask<Repair.Mended> repairing =
        new FutureTask<>(() -> Repair.of(options()).deleteExtra().run());
    Thread thread = new Thread(repairing);
    Syncing sync = new Syncing();

    thread.start();
    int changes = 0;
    while (!repairing.isDone()) {
      sync.changeAndCopy();
      changes++;
    }
    repairing.get();

    assertThat(changes).isPositive();
    sync.close();
    // The sync copied all that it changed, and the repair all that it had found.
    try (Verify verify = Verify.open(options().withLimit(10_000))) {
      assertThat(verify.compare().named()).isEmpty();
    }
  }

  /** Changes a row of the source, or adds it, and copies it. */
  private static final class Syncing implements AutoCloseable {
    private final Random random = new Random(7);
    private final Connection source = SOURCE.connection();
    private final Connection target = TARGET.connection();

    Syncing() throws SQLException {}

    void changeAndCopy() throws SQLException {
      int id = 1 + random.nextInt(12_000);
      try (PreparedStatement change =
              source.prepareStatement(
                  "INSERT INTO t VALUES (?, 1, 'new') ON CONFLICT (id) DO UPDATE"
                      + " SET version = t.version + 1, name = 'changed' RETURNING *");
          PreparedStatement copy =
              target.prepareStatement(
                  "INSERT INTO t VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
                      + " SET version = excluded.version, name = excluded.name")) {
        change.setInt(1, id);
        try (ResultSet row = change.executeQuery()) {
          row.next();
          copy.setInt(1, id);
          copy.setInt(2, row.getInt(2));
          copy.setString(3, row.getString(3));
          copy.executeUpdate();
        }
      }
    }

    @Override
    public void close() throws SQLException {
      source.close();
      target.close();
    }
  }
}
