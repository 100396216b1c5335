// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.control.ReadBudget;
import dev.millrace.control.UnitEstimate;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import dev.millrace.dialect.TableWrite;
import dev.millrace.dialect.TableWriter;
import dev.millrace.testing.PostgresExtension;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.IsBounded;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages read call by call, each of which has another budget and another idea of a page's rows. */
class PageReaderTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void read_shouldTakeEachRowOnce_whateverEachCallMayRead(int seed) throws Exception {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS item, copy",
        "CREATE TABLE item (id int, text text)",
        "CREATE TABLE copy (LIKE item)",
        // Some pages hold five times as many rows as others.
        "INSERT INTO item SELECT i, repeat('x', 40 + (i / 500 % 2) * 160)"
            + " FROM generate_series(1, 8000) i",
        "ANALYZE item");
    Random random = new Random(seed);
    int calls = 0;
    try (Connection connection = spec.connect("test");
        Connection target = spec.connect("test")) {
      connection.setAutoCommit(false);
      Table table = Catalog.describe(connection, TableName.parse("item"));
      connection.commit();
      TableRead read = TableRead.of(table, List.of(), "");
      TableWrite write =
          TableWrite.of(
              Catalog.describe(target, TableName.parse("copy")), read.schema(), List.of());
      Range left = Range.Pages.of(0, table.pages(), true);
      while (!left.isEmpty()) {
        List<Block> blocks = new ArrayList<>();
        left = call(connection, read, left, random, blocks);
        new TableWriter(write).write(target, blocks, () -> {});
        calls++;
      }
    }
    assertThat(calls).isGreaterThan(10);
    assertThat(POSTGRES.differences("TABLE item", "TABLE copy")).isZero();
  }

  /** Reads as much as it likes, and returns what is left. */
  private static Range call(
      Connection connection, TableRead read, Range range, Random random, List<Block> blocks)
      throws Exception {
    UnitEstimate guess = new UnitEstimate(200 << random.nextInt(7));
    ReadBudget budget =
        new ReadBudget(1 + random.nextInt(4), ByteSize.ofBytes(1_000 << random.nextInt(6)));
    RangeTracker tracker = new RangeTracker(range, IsBounded.BOUNDED);
    Claims claims = new Claims(new Split("0", range), tracker, new BlockReceiver(blocks), budget);
    new ReadSession(null, true).begin(connection);
    try (PageReader reader = new PageReader(read, guess)) {
      reader.read(connection, claims);
    } finally {
      connection.rollback(); // A query that was broken off has aborted it.
    }
    return claims.hasMore()
        ? recoded(requireNonNull(tracker.trySplit(0)).getResidual())
        : Range.NOTHING;
  }

  private static Range recoded(Range range) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new RangeCoder().encode(range, bytes);
    return new RangeCoder().decode(new ByteArrayInputStream(bytes.toByteArray()));
  }
}
