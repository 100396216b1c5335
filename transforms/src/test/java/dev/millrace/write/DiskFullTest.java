// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.block.Block;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.RejectRules;
import dev.millrace.observe.Measure;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.SmallDisk;
import dev.millrace.testing.SmallDiskServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk under a target's tablespace is full in the middle of a copy. */
class DiskFullTest {

  private static final int ROWS = 60_000;

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static SmallDiskServer server;

  @SuppressWarnings("NullAway.Init")
  @TempDir
  static Path disk;

  @BeforeAll
  static void start() throws Exception {
    assumeThat(SmallDisk.canBeMounted(disk)).as(SmallDisk.ASSUMPTION).isTrue();
    server = SmallDiskServer.start(disk);
  }

  @AfterAll
  static void end() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void createTables() throws SQLException {
    server.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s AS SELECT i AS id, repeat('x', 100) AS name FROM generate_series(1, "
            + ROWS
            + ") i",
        "ALTER TABLE s ADD PRIMARY KEY (id)",
        "CREATE TABLE t (LIKE s) TABLESPACE small");
    // A third of the disk is left, and the copy takes half of it.
    server.fill(1300);
  }

  private static long count(String from) throws SQLException {
    return server.value("SELECT count(*) FROM " + from, Long.class);
  }

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(server.jdbcUrl());
  }

  private static ReadTable read() {
    return ReadTable.from(spec(), "s").blockSize(ByteSize.parse("64KiB")).parallelism(2);
  }

  private static void run(PTransform<? super PBegin, PCollection<Block>> read, WriteTable write) {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(read).apply(write);
    pipeline.run().waitUntilFinish();
  }

  private static long copyUnderLedger() throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec(), "j")) {
      ReadTable.Planned planned = read().resume(job, "t", "run", "test");
      run(planned, WriteTable.into(spec(), "t").ledger(planned.ledger().orElseThrow()));
      return job.finish();
    }
  }

  private static void assertEachRowOnce() throws SQLException {
    assertThat(server.differences("TABLE s", "TABLE t"))
        .as("rows lost, doubled or different")
        .isZero();
  }

  @Test
  void ledger_shouldGoOn_whenThereIsSpaceAgain() throws SQLException {
    assertThatThrownBy(DiskFullTest::copyUnderLedger)
        .hasStackTraceContaining(
            "Cannot write to public.t: the disk of the server is full: could not extend file"
                + " \"pg_tblspc/")
        .rootCause()
        .isInstanceOfSatisfying(
            SQLException.class, full -> assertThat(full.getSQLState()).isEqualTo("53100"));
    assertThat(Measure.RETRIES.totals()).as("tried again").doesNotContainKey("53100");
    long written = count("t");
    assertThat(written).isBetween(1L, ROWS - 1L);
    assertThat(count("(TABLE t EXCEPT ALL TABLE s) AS d")).as("rows that are half there").isZero();

    server.execute("DROP TABLE ballast");
    assertThat(copyUnderLedger()).isEqualTo(ROWS);
    assertEachRowOnce();
  }

  @Test
  void upsert_shouldEnd_andGoThroughWhenThereIsSpaceAgain() throws SQLException {
    server.execute("ALTER TABLE t ADD PRIMARY KEY (id)");

    assertThatThrownBy(() -> run(read(), WriteTable.into(spec(), "t").upsert("id")))
        .hasStackTraceContaining("Cannot write to public.t: the disk of the server is full: ");

    server.execute("DROP TABLE ballast");
    run(read(), WriteTable.into(spec(), "t").upsert("id"));
    assertEachRowOnce();
  }

  /** A full disk is nobody's bad row. */
  @Test
  void append_shouldRejectNoRow() throws SQLException {
    RejectRules many = new RejectRules(ROWS, List.of(), "r");

    assertThatThrownBy(() -> run(read(), WriteTable.into(spec(), "t").rejects(many)))
        .hasStackTraceContaining("Cannot write to public.t: the disk of the server is full: ");
    assertThat(count("millrace.reject")).isZero();
  }
}
