// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.control.ByteSize;
import dev.millrace.control.ReadBudget;
import dev.millrace.control.UnitEstimate;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import dev.millrace.dialect.TableWrite;
import dev.millrace.dialect.TableWriter;
import dev.millrace.ledger.CursorJob;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.Position;
import dev.millrace.testing.PostgresExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.IsBounded;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that share one value of the cursor, read page by page, with a restart after every page. */
class TiesTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());

  @BeforeEach
  void createTarget() throws SQLException {
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS item, copy",
        "CREATE TABLE item (id int, part text, at timestamp, PRIMARY KEY (id, part))",
        "CREATE TABLE copy (LIKE item)");
  }

  @ParameterizedTest
  @CsvSource({"1, 60", "7, 400", "100, 5000", "1000, 100000"})
  void read_shouldTakeEachRowOnceWhateverThePage(int pageRows, int rows) throws Exception {
    // All of one time, but for neighbours a microsecond away and the ends of what there is.
    POSTGRES.execute(
        "INSERT INTO item SELECT i / 3, 'p' || i % 3, CASE i WHEN 1 THEN '-infinity'"
            + " WHEN 2 THEN '0044-03-15 12:00:00 BC' WHEN 3 THEN '2026-01-01 00:00:00.000001'"
            + " WHEN 4 THEN '2025-12-31 23:59:59.999999' ELSE timestamp '2026-01-01' END"
            + " FROM generate_series(1, "
            + rows
            + ") i",
        "CREATE INDEX ON item (at, id, part)",
        "ANALYZE item");
    int attempts = 0;
    try (CursorJob job = CursorJob.open(spec, "j")) {
      job.begin("all", "run", "test");
      Position end = Position.before(List.of("2026-06-01 00:00:00.000000"));
      job.next(new Interval(null, end), "{}", "", () -> List.of(new Interval(null, end)));
      while (readPage(job, pageRows)) {
        attempts++;
      }
      assertThat(job.finish(0, Instant.EPOCH, Instant.EPOCH).rows()).isEqualTo(rows);
      assertThat(job.cursor()).contains(end);
    }
    assertThat(attempts).isGreaterThanOrEqualTo(rows / pageRows / 4);
    assertThat(POSTGRES.differences("TABLE item", "TABLE copy")).isZero();
  }

  /** A new attempt, as after a kill: reads one page, writes it, and forgets all it knew. */
  private boolean readPage(CursorJob job, int pageRows) throws Exception {
    try (Connection connection = spec.connect("test");
        Pool pool = Pool.share(spec, Quota.WRITE);
        Pool.Acquired target = pool.acquire("test")) {
      connection.setAutoCommit(false);
      TableRead read =
          TableRead.of(Catalog.describe(connection, TableName.parse("item")), List.of(), "");
      List<String> key = List.of("at", "id", "part");
      KeyOrder order = KeyOrder.of(read, key, Catalog.bytewise(connection, read.table().name()));
      Ledger ledger = job.ledger(order);
      connection.commit();
      // A row is about 30 bytes of a block.
      ReadBudget page = new ReadBudget(1, ByteSize.ofBytes(pageRows * 30L));
      RangeTracker tracker = new RangeTracker(Range.Gaps.UNKNOWN, IsBounded.BOUNDED);
      List<Block> blocks = new ArrayList<>();
      Claims claims =
          new Claims(new Split("0", Range.Gaps.UNKNOWN), tracker, new BlockReceiver(blocks), page);
      try (LedgerReader reader =
          new LedgerReader(new KeySql(read, key, order), ledger, new UnitEstimate(30))) {
        reader.prepare(claims);
        if (claims.range().isEmpty()) {
          return false;
        }
        new ReadSession(null).begin(connection);
        reader.read(connection, claims);
      }
      assertThat(encodedBytes(tracker.currentRestriction())).isLessThan(4096);
      TableWrite write =
          TableWrite.of(
              Catalog.describe(connection, TableName.parse("copy")), read.schema(), List.of());
      List<Block> left = ledger.admit(target.connection(), blocks);
      new TableWriter(write).write(target.connection(), left, () -> {});
      target.connection().commit();
      return true;
    }
  }

  private static int encodedBytes(Range range) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new RangeCoder().encode(range, bytes);
    return bytes.size();
  }
}
