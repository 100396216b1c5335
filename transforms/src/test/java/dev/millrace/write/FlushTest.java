// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.observe.Measure;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FlushTest {

  private static final long ROWS = 20_000;

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  /** Copies, and tells how many transactions that took for each hundred blocks. */
  private static long transactionsOfHundredBlocks(Flush flush) throws Exception {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    long before = Measure.BLOCKS.total();
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec, "s").blockSize(ByteSize.parse("16KiB")).parallelism(1))
        .apply(WriteTable.into(spec, "t").flush(flush));
    pipeline.run().waitUntilFinish();

    assertThat(POSTGRES.value("SELECT count(*) FROM t", Long.class)).isEqualTo(ROWS);
    long blocks = Measure.BLOCKS.total() - before;
    assertThat(blocks).isGreaterThan(50);
    return POSTGRES.value("SELECT count(DISTINCT xmin::text) FROM t", Long.class) * 100 / blocks;
  }

  @BeforeAll
  static void source() throws Exception {
    POSTGRES.execute(
        "CREATE TABLE s AS SELECT i AS id, repeat('x', 60) AS name FROM generate_series(1, "
            + ROWS
            + ") i",
        "ALTER TABLE s ADD PRIMARY KEY (id)");
  }

  @BeforeEach
  void target() throws Exception {
    POSTGRES.execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (LIKE s)");
  }

  @Test
  void flush_shouldCommitSomeBlocksTogether_byDefault() throws Exception {
    assertThat(transactionsOfHundredBlocks(Flush.DEFAULT)).isLessThan(60);
  }

  @Test
  void flush_shouldCommitEachBlock_whenItHasRowsEnough() throws Exception {
    assertThat(transactionsOfHundredBlocks(Flush.DEFAULT.withRows(1))).isEqualTo(100);
  }

  @Test
  void flush_shouldCommitEachBlock_whenItHasBytesEnough() throws Exception {
    assertThat(transactionsOfHundredBlocks(Flush.DEFAULT.withBytes(ByteSize.ofBytes(1))))
        .isEqualTo(100);
  }

  @Test
  void flush_shouldCommitEachBlock_whenNoneIsToWait() throws Exception {
    assertThat(transactionsOfHundredBlocks(Flush.DEFAULT.withLinger(Duration.ZERO))).isEqualTo(100);
  }

  @Test
  void flush_shouldRefuseLimitsThatAreNone() {
    assertThatThrownBy(() -> Flush.DEFAULT.withRows(0))
        .hasMessage("Invalid rows of a flush: 0 (must be 1 or more)");
    assertThatThrownBy(() -> Flush.DEFAULT.withLinger(Duration.ofSeconds(-1)))
        .hasMessage("Invalid linger: PT-1S (must be 0 s or more)");
  }
}
