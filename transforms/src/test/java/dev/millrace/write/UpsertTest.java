// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.RejectRules;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ways to upsert that end in the same rows. */
class UpsertTest {

  private static final String SAME =
      "SELECT count(*) FROM (TABLE s EXCEPT ALL TABLE t UNION ALL (TABLE t EXCEPT ALL TABLE s)) d";

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    POSTGRES.renew();
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "CREATE TABLE s (id int PRIMARY KEY, n numeric, j json, v int)",
        "CREATE TABLE t (LIKE s INCLUDING ALL)",
        "CREATE TABLE updates (at timestamptz)",
        """
        CREATE OR REPLACE FUNCTION note_update() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO updates VALUES (now()); RETURN NULL; END'
        """,
        // Of ON CONFLICT DO UPDATE it is called once, whether a row is replaced or not.
        "CREATE TRIGGER note BEFORE UPDATE ON t EXECUTE FUNCTION note_update()",
        """
        INSERT INTO s SELECT i, i / 10.0, '{"a":  1}', CASE i % 3 WHEN 0 THEN NULL ELSE i END
        FROM generate_series(1, 5000) i
        """);
  }

  private void copy(WriteTable write) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec, "s").blockSize(ByteSize.parse("20KiB")).parallelism(1))
        .apply(write);
    pipeline.run().waitUntilFinish();
  }

  private WriteTable upsert() {
    return WriteTable.into(spec, "t").upsert("id");
  }

  private void assertSame() throws SQLException {
    POSTGRES.execute("ALTER TABLE s ALTER j TYPE text", "ALTER TABLE t ALTER j TYPE text");
    assertThat(POSTGRES.value(SAME, Long.class)).isZero();
    assertThat(POSTGRES.value("SELECT count(*) FROM t", Long.class)).isEqualTo(5000);
  }

  private long updates() throws SQLException {
    return POSTGRES.value("SELECT count(*) FROM updates", Long.class);
  }

  @Test
  void expectingNew_shouldUpsertNothing_whenAllKeysAreNew() throws SQLException {
    copy(upsert().expectingNew());
    assertThat(updates()).isZero();
    assertSame();
  }

  @Test
  void expectingNew_shouldUpsert_whenAKeyIsThere() throws SQLException {
    POSTGRES.execute("INSERT INTO t VALUES (2500, 1, '{}', 1), (2501, 1, '{}', 1)");
    copy(upsert().expectingNew());
    assertThat(updates()).isPositive();
    assertSame();
  }

  @Test
  void expectingNew_shouldKeepTheNewer_whenAKeyIsThere() throws SQLException {
    POSTGRES.execute("INSERT INTO t SELECT id, -1, '{}', 1000000 FROM s WHERE id = 2501");
    copy(upsert().expectingNew().unlessOlder("v"));
    assertThat(POSTGRES.value("SELECT n::int FROM t WHERE id = 2501", Integer.class)).isEqualTo(-1);
    assertThat(POSTGRES.value("SELECT count(*) FROM t", Long.class)).isEqualTo(5000);
  }

  @Test
  void expectingNew_shouldFail_whenAnotherKeyIsBroken() throws SQLException {
    POSTGRES.execute("CREATE UNIQUE INDEX ON t (v)", "INSERT INTO t VALUES (9999, 1, '{}', 1)");
    assertThatThrownBy(() -> copy(upsert().expectingNew()))
        .hasStackTraceContaining("Cannot write to public.t: duplicate key value");
    assertThat(POSTGRES.value("SELECT count(*) FROM t WHERE id = 1", Long.class)).isZero();
  }

  @Test
  void expectingNew_shouldPutAside_whatIsRefusedAtTheCommit() throws SQLException {
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "CREATE TABLE parent AS SELECT v AS id FROM s WHERE v % 1000 <> 1 AND v IS NOT NULL",
        "ALTER TABLE parent ADD PRIMARY KEY (id)",
        "ALTER TABLE t ADD FOREIGN KEY (v) REFERENCES parent DEFERRABLE INITIALLY DEFERRED");
    try {
      copy(upsert().expectingNew().rejects(new RejectRules(10, List.of(), "r")));
    } finally {
      POSTGRES.execute("DROP TABLE parent CASCADE");
    }
    long refused = POSTGRES.value("SELECT count(*) FROM s WHERE v % 1000 = 1", Long.class);
    assertThat(refused).isPositive();
    assertThat(POSTGRES.value("SELECT count(*) FROM millrace.reject", Long.class))
        .isEqualTo(refused);
    assertThat(POSTGRES.value("SELECT count(*) FROM t", Long.class)).isEqualTo(5000 - refused);
  }

  @Test
  void unlessEqual_shouldLeaveRowsThatAreThere() throws SQLException {
    copy(upsert());
    String versions = "SELECT sum(hashtextextended(ctid::text || xmin::text, 0))::text FROM t";
    String before = POSTGRES.value(versions, String.class);
    copy(upsert().unlessEqual());
    assertThat(POSTGRES.value(versions, String.class)).isEqualTo(before);
    copy(upsert());
    assertThat(POSTGRES.value(versions, String.class)).isNotEqualTo(before);
  }

  @Test
  void unlessEqual_shouldReplaceWhatIsWrittenOtherwise() throws SQLException {
    copy(upsert());
    POSTGRES.execute(
        "UPDATE t SET n = n::numeric(12, 4) WHERE id = 1",
        "UPDATE t SET j = '{\"a\": 1}' WHERE id = 2",
        "UPDATE t SET v = 0 WHERE id = 3",
        "UPDATE t SET v = NULL WHERE id = 4");
    copy(upsert().unlessEqual());
    assertSame();
    assertThat(POSTGRES.value("SELECT n::text FROM t WHERE id = 1", String.class))
        .isEqualTo(POSTGRES.value("SELECT n::text FROM s WHERE id = 1", String.class));
  }

  @Test
  void unlessEqual_shouldKeepTheNewer() throws SQLException {
    POSTGRES.execute("INSERT INTO t SELECT id, -1, '{}', 1000000 FROM s WHERE id IN (1, 3)");
    copy(upsert().unlessEqual().unlessOlder("v"));
    assertThat(POSTGRES.value("SELECT count(*) FROM t WHERE n = -1", Long.class)).isEqualTo(2);
  }
}
