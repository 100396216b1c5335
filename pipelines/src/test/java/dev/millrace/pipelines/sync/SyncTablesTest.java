// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.sync.SyncOptions.Mode;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables of all kinds and names, copied within one database. */
class SyncTablesTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS s CASCADE",
        "CREATE SCHEMA s",
        "CREATE TABLE s.target (id int, label text)");
  }

  private void sync(Mode mode, String from, String into, List<String> key, List<String> readBy)
      throws SQLException {
    try (Sync sync = open(mode, from, into, key, readBy)) {
      run(sync);
      assertThat(sync.targetChecksum()).isEqualTo(sync.sourceChecksum());
    }
  }

  private Sync open(Mode mode, String from, String into, List<String> key, List<String> readBy)
      throws SQLException {
    SyncOptions options =
        new SyncOptions(
            spec,
            from,
            spec,
            into,
            mode,
            key,
            "",
            List.of(),
            "",
            Blocks.DEFAULT_SIZE,
            2,
            readBy,
            null);
    return Sync.open(options, "run", "test");
  }

  private static void run(Sync sync) {
    Pipeline pipeline = Pipeline.create();
    sync.applyTo(pipeline);
    pipeline.run().waitUntilFinish();
  }

  private void append(String from, String into, String... readBy) throws SQLException {
    sync(Mode.APPEND, from, into, List.of(), List.of(readBy));
  }

  private static int count(String table) throws SQLException {
    return POSTGRES.value("SELECT count(*)::int FROM " + table, Integer.class);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void sync_shouldTakeAnyName(Mode mode) throws SQLException {
    String schema = "\"Odd \"\"x\"\" \\ 'é.中😀;--\"";
    String columns =
        """
        ("select" int, "a""b" text, "back\\slash" text, "ünï 中 😀" int, "comma,col" text,
         "dot.col" text, " " text, "?" text, "$1" text, "{fn now()}" text, "%s" text, "'" text,
         "T" "Type ""%1$s"" \\ é", "ctid_" int,
         "a_name_of_sixty_three_bytes_which_is_the_longest_that_there_is_" int,
         PRIMARY KEY ("select", "a""b", "back\\slash", "ünï 中 😀", "'"))
        """;
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS " + schema + " CASCADE",
        "CREATE SCHEMA " + schema,
        "DROP TYPE IF EXISTS \"Type \"\"%1$s\"\" \\ é\" CASCADE",
        "CREATE TYPE \"Type \"\"%1$s\"\" \\ é\" AS (\"x\"\"y\" int, \"\\\" text)",
        "CREATE TABLE " + schema + ".\"From\" " + columns + " PARTITION BY LIST (\"select\")",
        "CREATE TABLE " + schema + ".p PARTITION OF " + schema + ".\"From\" DEFAULT",
        "CREATE TABLE " + schema + ".\"table\" " + columns,
        "INSERT INTO "
            + schema
            + ".\"From\" SELECT i, E'\\\\' || i, '''', i, i, i, '\"', i, i, i, i, E'\\\\''', (i, i::text)::\"Type \"\"%1$s\"\" \\ é\", i, i"
            + " FROM generate_series(1, 500) i");
    List<String> key =
        mode == Mode.UPSERT ? List.of("select", "a\"b", "back\\slash", "ünï 中 😀", "'") : List.of();
    sync(mode, schema + ".\"From\"", schema + ".TABLE", key, List.of());
    assertThat(count(schema + ".\"table\"")).isEqualTo(500);
  }

  @Test
  void append_shouldReadChildrenAndPartitions() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.parent (id int PRIMARY KEY, label text)",
        "CREATE TABLE s.child (more int) INHERITS (s.parent)",
        "INSERT INTO s.parent SELECT i, 'p' FROM generate_series(1, 100) i",
        "INSERT INTO s.child SELECT i, 'c', i FROM generate_series(50, 150) i");
    append("s.parent", "s.target");
    assertThat(count("s.target")).isEqualTo(201);
  }

  @Test
  void append_shouldWritePartitions() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.from AS SELECT i AS id, 'x' AS label FROM generate_series(1, 100) i",
        "CREATE TABLE s.parts (id int, label text) PARTITION BY RANGE (id)",
        "CREATE TABLE s.p1 PARTITION OF s.parts FOR VALUES FROM (1) TO (50)",
        "CREATE TABLE s.p2 PARTITION OF s.parts DEFAULT");
    append("s.from", "s.parts");
    assertThat(count("s.p2")).isEqualTo(51);
  }

  @Test
  void append_shouldReadAndWriteViews() throws SQLException {
    POSTGRES.execute(
        "CREATE VIEW s.source AS SELECT i AS id, 'x' || i % 7 AS label FROM generate_series(1, 900) i",
        "CREATE VIEW s.sink AS SELECT id, label FROM s.target",
        "CREATE MATERIALIZED VIEW s.stored AS SELECT * FROM s.source");
    append("s.source", "s.sink", "label", "id");
    POSTGRES.execute("TRUNCATE s.target");
    append("s.stored", "s.sink");
    assertThat(count("s.target")).isEqualTo(900);
  }

  @Test
  void open_shouldAskForColumnsToReadAViewBy() throws SQLException {
    POSTGRES.execute("CREATE VIEW s.source AS SELECT 1 AS id, 'x' AS label");
    assertThatThrownBy(() -> append("s.source", "s.target"))
        .hasMessageStartingWith("Cannot read s.source in parts: it has no primary key");
  }

  @Test
  void append_shouldReadAndWriteForeignTables() throws SQLException {
    POSTGRES.execute(
        "CREATE EXTENSION IF NOT EXISTS postgres_fdw",
        "CREATE TABLE s.source AS SELECT i AS id, 'x' || i AS label FROM generate_series(1, 900) i",
        "DROP SERVER IF EXISTS loop CASCADE",
        """
        DO $$ BEGIN
          EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
            '127.0.0.1', current_setting('port'), current_database());
        END $$
        """,
        "CREATE USER MAPPING FOR postgres SERVER loop OPTIONS (user 'postgres')",
        "CREATE FOREIGN TABLE s.far (id int, label text) SERVER loop"
            + " OPTIONS (schema_name 's', table_name 'source')",
        "CREATE FOREIGN TABLE s.away (id int, label text) SERVER loop"
            + " OPTIONS (schema_name 's', table_name 'target')");
    append("s.far", "s.away", "id");
    assertThat(count("s.target")).isEqualTo(900);
  }

  @ParameterizedTest
  @CsvSource({
    "id int GENERATED ALWAYS AS IDENTITY, APPEND",
    "id int GENERATED BY DEFAULT AS IDENTITY, APPEND",
    "id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, UPSERT",
    "id int PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, UPSERT",
    "id serial PRIMARY KEY, UPSERT"
  })
  void sync_shouldKeepNumbersAndComputeGeneratedColumns(String id, Mode mode) throws SQLException {
    String columns =
        "(%s, label text, twice int GENERATED ALWAYS AS (length(label) * 2) STORED)".formatted(id);
    POSTGRES.execute(
        "CREATE TABLE s.source " + columns,
        "CREATE TABLE s.copy " + columns,
        "INSERT INTO s.source (label) SELECT 'a' || i FROM generate_series(1, 50) i",
        "DELETE FROM s.source WHERE id % 3 = 0");
    sync(mode, "s.source", "s.copy", mode == Mode.UPSERT ? List.of("id") : List.of(), List.of());
    assertThat(count("s.copy WHERE twice = length(label) * 2")).isEqualTo(34);
  }

  @Test
  void upsert_shouldChangeANumberThatMayBeGiven() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.source (id int, label text)",
        "INSERT INTO s.source VALUES (7, 'a')",
        "CREATE TABLE s.copy (id int GENERATED BY DEFAULT AS IDENTITY, label text UNIQUE)",
        "INSERT INTO s.copy (label) VALUES ('a')");
    sync(Mode.UPSERT, "s.source", "s.copy", List.of("label"), List.of());
    POSTGRES.execute("ALTER TABLE s.copy ALTER id SET GENERATED ALWAYS");
    assertThatThrownBy(() -> sync(Mode.UPSERT, "s.source", "s.copy", List.of("label"), List.of()))
        .hasMessage(
            "Cannot write to s.copy: its column id is GENERATED ALWAYS AS IDENTITY, which only an"
                + " insert can set; leave it out, or make it part of the key");
  }

  @Test
  void upsert_shouldKeepRowsWhoseKeyIsNull() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.source (id int UNIQUE, label text)",
        "INSERT INTO s.source VALUES (NULL, 'a'), (NULL, 'b'), (1, 'c')",
        "ALTER TABLE s.target ADD UNIQUE (id)");
    sync(Mode.UPSERT, "s.source", "s.target", List.of("id"), List.of());
    assertThat(count("s.target")).isEqualTo(3);
  }

  @Test
  void upsert_shouldReplaceRowsWhoseKeyIsNull_whereNullsAreNotDistinct() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.source (id int, part int, label text)",
        "INSERT INTO s.source VALUES (NULL, 1, 'a'), (NULL, 1, 'b'), (NULL, 2, 'c'), (1, NULL, 'd')",
        "CREATE TABLE s.copy (LIKE s.source)",
        "CREATE UNIQUE INDEX ON s.copy (part, id) NULLS NOT DISTINCT",
        "INSERT INTO s.copy VALUES (NULL, 1, 'stale'), (NULL, NULL, 'other')");

    for (int i = 0; i < 2; i++) {
      try (Sync sync = open(Mode.UPSERT, "s.source", "s.copy", List.of("id", "part"), List.of())) {
        run(sync);
      }
    }

    assertThat(
            POSTGRES.query("SELECT (id, part, label)::text FROM s.copy", row -> row.getString(1)))
        .containsExactlyInAnyOrder("(,1,b)", "(,2,c)", "(,,other)", "(1,,d)");
  }

  @ParameterizedTest
  @EnumSource(names = {"APPEND", "UPSERT"})
  void sync_shouldWriteUnderRowSecurity(Mode mode) throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.source AS SELECT i AS id, 'x' AS label FROM generate_series(1, 90) i",
        "DO $$ BEGIN CREATE ROLE guarded LOGIN; EXCEPTION WHEN duplicate_object THEN END $$",
        "GRANT USAGE ON SCHEMA s TO guarded",
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA s TO guarded",
        "ALTER TABLE s.target ADD PRIMARY KEY (id)",
        "ALTER TABLE s.target ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY upto ON s.target TO guarded USING (id < 100) WITH CHECK (id < 100)");
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl()).withUser("guarded");
    List<String> key = mode == Mode.UPSERT ? List.of("id") : List.of();
    sync(mode, "s.source", "s.target", key, List.of());
    assertThat(count("s.target")).isEqualTo(90);

    POSTGRES.execute("TRUNCATE s.target", "INSERT INTO s.source VALUES (100, 'y')");
    assertThatThrownBy(() -> sync(mode, "s.source", "s.target", key, List.of()))
        .hasMessageContaining("new row violates row-level security policy for table \"target\"");
    assertThat(count("s.target")).isZero();
  }

  @Test
  void append_shouldCopyARowOf50Mebibytes() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE s.source (id int PRIMARY KEY, wide bytea, label text)",
        "ALTER TABLE s.source ALTER wide SET STORAGE EXTERNAL",
        """
        INSERT INTO s.source SELECT i, decode(repeat(md5(i::text), CASE i WHEN 5 THEN 3276800 ELSE 10 END), 'hex'), i
        FROM generate_series(1, 10) i
        """,
        "CREATE TABLE s.copy (LIKE s.source)");
    append("s.source", "s.copy");
    assertThat(POSTGRES.value("SELECT length(wide) FROM s.copy WHERE id = 5", Integer.class))
        .isEqualTo(50 << 20);
  }
}
