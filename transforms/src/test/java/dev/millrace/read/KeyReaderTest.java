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
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import dev.millrace.dialect.TableWrite;
import dev.millrace.dialect.TableWriter;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.IsBounded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A part of a table, read by a key that many rows share, call by call. */
class KeyReaderTest {

  private static final int ROWS = 60_000;
  private static final ByteSize BLOCK = ByteSize.parse("64KiB");

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());

  /** With a budget of one call after another, in blocks; none is a quarter of one. */
  @ParameterizedTest
  @CsvSource({"1500, 2, 2", "1500, 4, 4", "1500, 4, 0", "1500, 0, 4", "3, 2, 2", "60000, 1, 3"})
  void read_shouldTakeEachRowOnce(int keys, int even, int odd) throws Exception {
    List<Long> calls = readAll(keys, even, odd);

    assertThat(calls.stream().mapToLong(Long::longValue).sum()).isEqualTo(ROWS);
    assertThat(POSTGRES.differences("SELECT * FROM item WHERE id > 0", "TABLE copy")).isZero();
  }

  @Test
  void read_shouldKeepToItsBudgetBySteps() throws Exception {
    // 24 rows are about a KiB of a block.
    long most = 2 * 64 * 24;

    List<Long> calls = readAll(1_500, 2, 2);

    assertThat(calls).allSatisfy(rows -> assertThat(rows).isLessThan(2 * most));
    assertThat(calls).hasSizeLessThan((int) (3 * ROWS / most));
  }

  /** Copies a part of a table, and returns the number of rows of each call. */
  private List<Long> readAll(int keys, int even, int odd) throws Exception {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS item, copy",
        "CREATE TABLE item AS SELECT i AS id, (i::bigint * 7919 % "
            + keys
            + ")::int AS hour, repeat('x', 20) AS filler FROM generate_series(-500, "
            + ROWS
            + ") i",
        "UPDATE item SET hour = NULL WHERE id = 77",
        "CREATE TABLE copy (LIKE item)",
        "CREATE INDEX ON item (hour)",
        "ANALYZE item");
    List<Long> calls = new ArrayList<>();
    try (Connection source = spec.connect("test");
        Connection target = spec.connect("test")) {
      source.setAutoCommit(false);
      TableRead read =
          TableRead.of(Catalog.describe(source, TableName.parse("item")), List.of(), "id > 0");
      TableWrite write =
          TableWrite.of(
              Catalog.describe(target, TableName.parse("copy")), read.schema(), List.of());
      ReadPlan plan = new ReadPlanner(source, read, BLOCK, 1).plan(null, List.of("hour"));
      assertThat(plan.splits().subList(0, plan.splits().size() - 1))
          .allSatisfy(split -> assertThat(split.steps()).isNotNull());
      for (Split split : plan.splits()) {
        try (RangeReader reader = RangeReader.of(plan, new UnitEstimate(plan.bytesPerUnit()))) {
          Range left = split.range();
          while (!left.isEmpty()) {
            List<Block> blocks = new ArrayList<>();
            RangeTracker tracker = new RangeTracker(left, IsBounded.BOUNDED);
            ReadBudget budget = budget(calls.size() % 2 == 0 ? even : odd);
            Claims claims = new Claims(split, tracker, new BlockReceiver(blocks), budget);
            reader.read(source, claims);
            new TableWriter(write).write(target, blocks, () -> {});
            calls.add(blocks.stream().mapToLong(Block::rows).sum());
            left =
                claims.hasMore()
                    ? requireNonNull(tracker.trySplit(0)).getResidual()
                    : Range.NOTHING;
          }
        }
      }
    }
    return calls;
  }

  private static ReadBudget budget(int blocks) {
    return blocks == 0
        ? new ReadBudget(1, ByteSize.ofBytes(BLOCK.bytes() / 4))
        : new ReadBudget(blocks, BLOCK);
  }
}
