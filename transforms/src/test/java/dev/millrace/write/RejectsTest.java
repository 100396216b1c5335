// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.RejectLimitException;
import dev.millrace.ledger.RejectRules;
import dev.millrace.ledger.Rejects;
import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.observe.Measure;
import dev.millrace.observe.RejectReason;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int ROWS = 20_000;
  private static final RejectRules MANY = new RejectRules(1000, List.of(), "r");

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    POSTGRES.renew();
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "CREATE TABLE s (id int PRIMARY KEY, n int, name text)",
        "INSERT INTO s SELECT i, i, 'name ' || i FROM generate_series(1, " + ROWS + ") i",
        "CREATE TABLE t (id int PRIMARY KEY, n int, name text)");
  }

  private ReadTable read() {
    return ReadTable.from(spec, "s").blockSize(ByteSize.parse("64KiB")).parallelism(2);
  }

  private static void run(ReadTable read, WriteTable write) {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(read).apply(write);
    pipeline.run().waitUntilFinish();
  }

  /** Copies as job {@code j}; returns how many rows the ledger says were written. */
  private long runUnderLedger() throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned planned = read().resume(job, "t", "run", "test");
      Pipeline pipeline = Pipeline.create();
      pipeline
          .apply(planned)
          .apply(WriteTable.into(spec, "t").ledger(planned.ledger().orElseThrow()).rejects(MANY));
      pipeline.run().waitUntilFinish();
      return job.finish();
    }
  }

  private Rejects rejects() {
    return Rejects.of(spec, new Rejects.Filter("", "", "", List.of()));
  }

  private static long count(String table) throws SQLException {
    return POSTGRES.value("SELECT count(*) FROM " + table, Long.class);
  }

  /** All rows are there, but for those of a condition. */
  private static void assertOnlyMissing(String condition) throws SQLException {
    String kept = "SELECT * FROM s WHERE NOT (%s)".formatted(condition);
    assertThat(POSTGRES.differences(kept, "TABLE t")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ALTER TABLE t ADD CHECK (n % 1999 <> 5); n % 1999 = 5; 23514",
        "ALTER TABLE t ALTER n SET NOT NULL; n IS NULL; 23502",
        "ALTER TABLE t ALTER name TYPE varchar(20); length(name) > 20; 22001",
        "ALTER TABLE t ADD UNIQUE (name); name = 'twice' AND id > 300; 23505",
        "ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES parent DEFERRABLE INITIALLY DEFERRED; n > 100000; 23503",
        "CREATE TRIGGER guard BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.n = 777) EXECUTE FUNCTION refuse(); n = 777; P0001"
      })
  void append_shouldTakeAllOtherRows(String constraint, String bad, String state)
      throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE parent AS SELECT generate_series(1, " + ROWS + ") AS n",
        "ALTER TABLE parent ADD PRIMARY KEY (n)",
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN RAISE EXCEPTION 'not this one'; END $$",
        constraint,
        "UPDATE s SET n = NULL WHERE id IN (7, 8, 19999) AND %s".formatted(state.equals("23502")),
        "UPDATE s SET name = repeat('x', 30) WHERE id IN (9, 10000) AND %s"
            .formatted(state.equals("22001")),
        "UPDATE s SET name = 'twice' WHERE id IN (300, 301, 302) AND %s"
            .formatted(state.equals("23505")),
        "UPDATE s SET n = 1000000 WHERE id IN (11, 12) AND %s".formatted(state.equals("23503")));
    long wanted = POSTGRES.value("SELECT count(*) FROM s WHERE " + bad, Long.class);
    String reason = RejectReason.ofSqlState(state).label();
    long before = Measure.ROWS_REJECTED.totals().getOrDefault(reason, 0L);
    long allBefore = Measure.ROWS_REJECTED.total();

    run(read().key("id"), WriteTable.into(spec, "t").rejects(MANY));

    assertThat(wanted).isPositive();
    assertThat(Measure.ROWS_REJECTED.totals()).containsEntry(reason, before + wanted);
    assertThat(Measure.ROWS_REJECTED.total()).isEqualTo(allBefore + wanted);
    assertOnlyMissing(bad);
    assertThat(rejects().rows(100))
        .hasSize((int) wanted)
        .allSatisfy(row -> assertThat(row.sqlstate()).isEqualTo(state))
        .allSatisfy(row -> assertThat(row.run()).isEqualTo("r"));
  }

  @Test
  void upsert_shouldReplaceAllOtherRows() throws SQLException {
    POSTGRES.execute(
        "INSERT INTO t VALUES (13, 0, 'old'), (14, 0, 'old')",
        "ALTER TABLE t ADD CHECK (n % 2000 <> 13)");

    run(read(), WriteTable.into(spec, "t").upsert("id").rejects(MANY));

    assertThat(POSTGRES.value("SELECT name FROM t WHERE id = 13", String.class)).isEqualTo("old");
    assertThat(POSTGRES.value("SELECT name FROM t WHERE id = 14", String.class))
        .isEqualTo("name 14");
    assertThat(count("t")).isEqualTo(ROWS - 9);
    assertThat(rejects().rows(100))
        .hasSize(10)
        .allSatisfy(row -> assertThat(row.key()).matches("\\{\"id\": \"\\d+\"}"))
        .allSatisfy(row -> assertThat(row.replacedBy()).containsExactly("id"));
  }

  @Test
  void upsert_shouldEnterEachBadRowOnce_whenCommitsHaveNoAnswer() throws Exception {
    POSTGRES.execute("ALTER TABLE t ADD CHECK (n % 1999 <> 5)");
    try (FaultProxy proxy = FaultProxy.to(POSTGRES.server().port())) {
      proxy.loseCommits(4);
      ConnectionSpec through = ConnectionSpec.of(proxy.jdbcUrl(POSTGRES.jdbcUrl()));
      run(read(), WriteTable.into(through, "t").upsert("id").rejects(MANY));
      assertThat(proxy.commitsToLose()).isZero();
    }

    assertOnlyMissing("n % 1999 = 5");
    assertThat(count("millrace.reject")).isEqualTo(count("s WHERE n % 1999 = 5"));
  }

  @Test
  void ledger_shouldCountOnlyWhatIsWritten() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD CHECK (n % 2000 <> 13)");
    assertThat(runUnderLedger()).isEqualTo(ROWS - 10);
    assertOnlyMissing("n % 2000 = 13");
    assertThat(rejects().count()).isEqualTo(10);
  }

  /** A trigger's sequence counts what is rolled back as well. */
  @Test
  void append_shouldTakeFewStatementsForABadRow() throws SQLException {
    POSTGRES.execute(
        "CREATE SEQUENCE statements",
        "CREATE OR REPLACE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM nextval('statements'); RETURN NULL; END $$",
        "CREATE TRIGGER counted BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION counted()",
        "DELETE FROM s WHERE id > 1024",
        "ALTER TABLE t ADD CHECK (n <> 500)");

    run(
        read().blockSize(ByteSize.parse("1MiB")).parallelism(1).key("id"),
        WriteTable.into(spec, "t").rejects(MANY));

    assertThat(count("t")).isEqualTo(1023);
    long statements = POSTGRES.value("SELECT last_value FROM statements", Long.class);
    // The blocks of all splits are one for each; the one with the bad row is tried by halves.
    assertThat(statements).isLessThanOrEqualTo(2 * 10 + 1 + 16);
  }

  @Test
  void append_shouldEnd_whenThereAreTooMany() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD CHECK (n % 100 <> 13)");

    assertThatThrownBy(
            () ->
                run(
                    read(),
                    WriteTable.into(spec, "t").rejects(new RejectRules(20, List.of(), "r"))))
        .hasRootCauseInstanceOf(RejectLimitException.class)
        .hasStackTraceContaining(
            "Cannot write to public.t: more than 20 rows were rejected, the last because: ");
    assertThat(rejects().count()).isLessThanOrEqualTo(20);
  }

  @Test
  void append_shouldNotKeepWhatIsRedacted() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD CHECK (n <> 13)");

    run(read(), WriteTable.into(spec, "t").rejects(new RejectRules(5, List.of("name"), "r")));

    assertThat(
            POSTGRES.value(
                "SELECT count(*) FROM millrace.reject r WHERE r::text LIKE '%name 13%'",
                Long.class))
        .isZero();
    assertThat(rejects().rows(5))
        .singleElement()
        .satisfies(row -> assertThat(row.message()).contains("constraint t_n_check"))
        .satisfies(row -> assertThat(row.payload()).isEqualTo("{\"n\": \"13\", \"id\": \"13\"}"));
    assertThat(rejects().replay()).isEqualTo(new Rejects.Replayed(0, 0, 1));
  }

  @Test
  void replay_shouldWriteEachRowOnce() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD CONSTRAINT c CHECK (n % 2000 NOT IN (13, 14))");
    run(read(), WriteTable.into(spec, "t").rejects(MANY));
    assertThat(rejects().count()).isEqualTo(20);

    assertThat(rejects().replay()).isEqualTo(new Rejects.Replayed(0, 20, 0));
    assertThat(rejects().rows(1)).allSatisfy(row -> assertThat(row.attempts()).isEqualTo(2));
    POSTGRES.execute("ALTER TABLE t DROP CONSTRAINT c, ADD CHECK (n % 2000 <> 13)");
    assertThat(rejects().replay()).isEqualTo(new Rejects.Replayed(10, 10, 0));
    assertOnlyMissing("n % 2000 = 13");
    POSTGRES.execute(
        "UPDATE millrace.reject SET payload = payload || '{\"n\": \"-1\"}' WHERE row_key IS NULL");
    assertThat(rejects().replay()).isEqualTo(new Rejects.Replayed(10, 0, 0));
    assertThat(rejects().replay()).isEqualTo(new Rejects.Replayed(0, 0, 0));
    assertThat(count("t")).isEqualTo(ROWS);
    assertThat(count("t WHERE n = -1")).isEqualTo(10);
  }

  @Test
  void replay_shouldKeepEveryValueAsItIs() throws SQLException {
    String columns =
        "id int PRIMARY KEY, a int[], b bytea, c timestamptz, d numeric, e jsonb, f interval,"
            + " g char(5), h varchar(3), i float8, j date, k text, \"L \"\"m\" uuid, n int4range,"
            + " o time, p bool, q name";
    POSTGRES.execute(
        "DROP TABLE s, t",
        "CREATE TABLE s (" + columns + ")",
        "CREATE TABLE t (" + columns + ")",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (id < 0)",
        "INSERT INTO s VALUES (1, '{1,NULL,3}', '\\x00ff', '2026-03-29 02:30:00.123456+01', 'NaN',"
            + " '{\"a\": [1, \"ü\"]}', '1 mon -2 days 03:00:00.5', 'ab', 'abc', 0.1::float8 + 0.2,"
            + " '-infinity', E'tab\\t\"quote\" \\\\ \\n', gen_random_uuid(), '[1,5)', '24:00',"
            + " true, 'x')",
        "INSERT INTO s (id) VALUES (2)");

    run(read(), WriteTable.into(spec, "t").rejects(MANY));
    assertThat(rejects().count()).isEqualTo(2);
    POSTGRES.execute("ALTER TABLE t DROP CONSTRAINT c");
    assertThat(rejects().replay()).isEqualTo(new Rejects.Replayed(2, 0, 0));

    assertThat(POSTGRES.query("SELECT r::text FROM t r ORDER BY id", row -> row.getString(1)))
        .isEqualTo(POSTGRES.query("SELECT r::text FROM s r ORDER BY id", row -> row.getString(1)));
  }

  @Test
  void filter_shouldChooseRows() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD CHECK (n NOT IN (13, 14))");
    runUnderLedger();
    long first = rejects().rows(1).get(0).id();

    assertThat(Rejects.of(spec, new Rejects.Filter("t", "r", "j", List.of())).count()).isEqualTo(2);
    assertThat(Rejects.of(spec, new Rejects.Filter("s", "", "", List.of())).count()).isZero();
    assertThat(Rejects.of(spec, new Rejects.Filter("", "other", "", List.of())).count()).isZero();
    assertThat(Rejects.of(spec, new Rejects.Filter("", "", "", List.of(first))).drop())
        .isEqualTo(1);
    assertThat(rejects().groups())
        .singleElement()
        .satisfies(group -> assertThat(group.rows()).isEqualTo(1));
  }
}
