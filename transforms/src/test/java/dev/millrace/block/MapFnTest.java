// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.TestPipelineExtension;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MapFnTest {

  private static final BlockSchema SQUARES =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("square", BlockType.INT64));

  @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

  private final long before = OffHeap.bytes();

  @Test
  void map_shouldTakeABatchThatSharesVectorsWithTheOneGiven() {
    PCollection<Block> squares =
        pipeline
            .apply(BlocksTest.blocks(BlocksTest.block("s", 3, -50_000, 0), BlocksTest.block("t")))
            .apply(
                Blocks.map(
                    SQUARES,
                    (batch, allocator) -> {
                      IntVector ids = (IntVector) batch.getVector("id");
                      BigIntVector result = new BigIntVector("square", allocator);
                      result.allocateNew(batch.getRowCount());
                      for (int row = 0; row < batch.getRowCount(); row++) {
                        result.set(row, (long) ids.get(row) * ids.get(row));
                      }
                      result.setValueCount(batch.getRowCount());
                      return new VectorSchemaRoot(List.of(ids, result));
                    }));

    PAssert.that(squares)
        .containsInAnyOrder(
            BlockFixtures.block(
                SQUARES,
                new Origin("s", 0, "", ""),
                List.of(List.of(3, 9L), List.of(-50_000, 2_500_000_000L), List.of(0, 0L))),
            BlockFixtures.block(SQUARES, new Origin("t", 0, "", ""), List.of()));
    pipeline.run();
    assertThat(OffHeap.bytes()).isEqualTo(before);
    assertThat(OffHeap.peakBytes()).isPositive();
  }

  @Test
  void map_shouldKeepChangesInPlace() {
    PCollection<Block> mapped =
        pipeline
            .apply(BlocksTest.blocks(BlocksTest.block("s", 1, 2)))
            .apply(
                Blocks.map(
                    BlocksTest.SCHEMA,
                    (batch, allocator) -> {
                      ((IntVector) batch.getVector(0)).setNull(1);
                      return batch;
                    }))
            .apply(Blocks.filter((block, row) -> block.column(0).isNull(row)))
            .apply(Blocks.project("name"));

    PAssert.that(mapped)
        .containsInAnyOrder(
            BlockFixtures.block(
                BlockSchema.of(Column.of("name", BlockType.TEXT)),
                new Origin("s", 0, "", ""),
                List.of(List.of("row 2"))));
    pipeline.run();
  }

  @Test
  void map_shouldReleaseItsMemory_whenTheFunctionThrows() {
    assertFails(
        (batch, allocator) -> {
          throw new IllegalStateException("no such unit");
        },
        "no such unit");
    assertThat(OffHeap.bytes()).isEqualTo(before);
  }

  @Test
  void map_shouldFail_whenTheFunctionReturnsOtherRows() {
    assertFails(
        (batch, allocator) -> {
          batch.setRowCount(1);
          return batch;
        },
        "Cannot map a block of 2 rows: the function returned 1");
    assertThat(OffHeap.bytes()).isEqualTo(before);
  }

  @Test
  void map_shouldFail_whenTheFunctionReturnsOtherColumns() {
    assertFails(
        (batch, allocator) -> batch.removeVector(1),
        "Invalid record batch: column 1 is no column (must be name of Utf8)");
    assertThat(OffHeap.bytes()).isEqualTo(before);
  }

  @Test
  void map_shouldFail_whenTheFunctionLeavesABufferOpen() {
    assertFails(
        (batch, allocator) -> {
          allocator.buffer(64);
          return batch;
        },
        "Cannot map a block of 2 rows: the function left 64 bytes of Arrow memory open");
    // What the function lost nobody can release; what it was given is.
    assertThat(OffHeap.bytes()).isEqualTo(before + 64);
  }

  private void assertFails(BlockMapper mapper, String message) {
    pipeline
        .apply(BlocksTest.blocks(BlocksTest.block("s", 1, 2)))
        .apply(Blocks.map(BlocksTest.SCHEMA, mapper));

    assertThatThrownBy(pipeline::run).hasStackTraceContaining(message);
  }
}
