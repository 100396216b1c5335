// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrowBatchTest {

  private static final BlockSchema ID_AND_NAME =
      BlockSchema.of(Column.of("id", BlockType.INT64), Column.of("name", BlockType.TEXT));

  private final long before = OffHeap.bytes();

  @AfterEach
  void nothingShouldBeLeftOffTheHeap() {
    assertThat(OffHeap.bytes()).isEqualTo(before);
  }

  @Provide
  static Arbitrary<Block> blocks() {
    return BlockFixtures.blocks();
  }

  @Property(tries = 300)
  void fromArrow_shouldGiveTheBlockThatToArrowTook(@ForAll("blocks") Block block) {
    assertThat(throughArrow(block)).isEqualTo(block);
    assertThat(OffHeap.bytes()).isEqualTo(before);
  }

  @Test
  void fromArrow_shouldGiveTheBlockThatToArrowTook_whenEveryTypeIsNullOrEmpty() {
    BlockSchema schema = BlockFixtures.everyType();
    List<@Nullable Object> nulls = Collections.nCopies(schema.size(), null);

    for (List<List<@Nullable Object>> rows :
        List.of(List.<List<@Nullable Object>>of(), List.of(nulls), Collections.nCopies(9, nulls))) {
      Block block = BlockFixtures.block(schema, rows);
      assertThat(throughArrow(block)).isEqualTo(block);
    }
  }

  @Test
  void fromArrow_shouldKeepWhatNoJavaObjectHolds() {
    Block extremes = BlockFixtures.extremes();

    assertThat(throughArrow(extremes)).isEqualTo(extremes);
  }

  @Test
  void toArrow_shouldGiveVectorsThatArrowUnderstands() {
    Block block = BlockFixtures.sample(BlockFixtures.everyType(), 200, 7);
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot root = block.toArrow(allocator)) {
      assertThat(root.getSchema()).isEqualTo(block.schema().toArrow());
      for (int i = 0; i < block.schema().size(); i++) {
        // Not validateFull: Arrow's refuses decimals of as many digits as their precision.
        root.getVector(i).validate();
        assertThat(root.getVector(i).getNullCount()).isEqualTo(block.column(i).nulls());
      }
      for (String name :
          List.of("bool", "int16", "float64", "decimal_9_2", "decimal_76_76", "timestamp")) {
        for (int row = 0; row < block.rows(); row++) {
          assertThat(root.getVector(name).getObject(row))
              .isEqualTo(block.column(block.schema().indexOf(name)).value(row));
        }
      }
    }
  }

  @Test
  void toArrow_shouldMarkWhatArrowsPlainTypesCannotSay() {
    Map<String, String> names = new TreeMap<>();
    for (Field field : BlockFixtures.everyType().toArrow().getFields()) {
      field.getMetadata().forEach((key, value) -> names.put(field.getName(), value));
    }

    assertThat(names)
        .containsOnly(
            Map.entry("json", "arrow.json"),
            Map.entry("numeric", "millrace.numeric"),
            Map.entry("uuid", "arrow.uuid"));
  }

  @Test
  void toArrow_shouldReleaseWhatItTook_whenMemoryEnds() {
    Block block = BlockFixtures.sample(BlockFixtures.everyType(), 1_000, 1);
    try (BufferAllocator parent = OffHeap.open("test");
        BufferAllocator small = parent.newChildAllocator("small", 0, block.bytes() / 2)) {
      assertThatThrownBy(() -> block.toArrow(small)).isInstanceOf(OutOfMemoryException.class);
      assertThat(small.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void fromArrow_shouldTakeVectorsThatWereNeverFilled() {
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot root = VectorSchemaRoot.create(ID_AND_NAME.toArrow(), allocator)) {
      assertThat(Block.fromArrow(ID_AND_NAME, Origin.NONE, root))
          .isEqualTo(BlockFixtures.block(ID_AND_NAME, List.of()));

      root.setRowCount(3);
      assertThat(BlockFixtures.rows(Block.fromArrow(ID_AND_NAME, Origin.NONE, root)))
          .isEqualTo(Collections.nCopies(3, Collections.nCopies(2, null)));
    }
  }

  @Test
  void fromArrow_shouldTakeASliceOfVectors() {
    List<List<Object>> rows = new ArrayList<>();
    for (long row = 0; row < 30; row++) {
      rows.add(List.of(row, "name " + row));
    }
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot whole = BlockFixtures.block(ID_AND_NAME, rows).toArrow(allocator);
        VectorSchemaRoot slice = whole.slice(11, 7)) {
      assertThat(BlockFixtures.rows(Block.fromArrow(ID_AND_NAME, Origin.NONE, slice)))
          .isEqualTo(rows.subList(11, 18));
    }
  }

  @Test
  void fromArrow_shouldReadVectorsThatWereFilledByHand() {
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot root = VectorSchemaRoot.create(ID_AND_NAME.toArrow(), allocator)) {
      BigIntVector ids = (BigIntVector) root.getVector(0);
      VarCharVector names = (VarCharVector) root.getVector(1);
      ids.setSafe(0, 5);
      ids.setSafe(2, 7);
      names.setSafe(1, "b".getBytes(StandardCharsets.UTF_8));
      root.setRowCount(3);

      List<List<@Nullable Object>> rows =
          BlockFixtures.rows(Block.fromArrow(ID_AND_NAME, Origin.NONE, root));
      assertThat(rows.get(0)).containsExactly(5L, null);
      assertThat(rows.get(1)).containsExactly(null, "b");
      assertThat(rows.get(2)).containsExactly(7L, null);
    }
  }

  @Test
  void fromArrow_shouldRefuseOtherColumns() {
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot root = VectorSchemaRoot.create(ID_AND_NAME.toArrow(), allocator)) {
      assertRefused(
          root,
          BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("name", BlockType.TEXT)),
          "Invalid record batch: column 0 is id of Int(64, true) (must be id of Int(32, true))");
      assertRefused(
          root,
          BlockSchema.of(Column.of("key", BlockType.INT64), Column.of("name", BlockType.TEXT)),
          "Invalid record batch: column 0 is id of Int(64, true) (must be key of Int(64, true))");
      assertRefused(
          root,
          BlockSchema.of(Column.of("id", BlockType.INT64)),
          "Invalid record batch: column 1 is name of Utf8 (must be no column)");
      assertRefused(
          root,
          BlockSchema.of(
              Column.of("id", BlockType.INT64),
              Column.of("name", BlockType.TEXT),
              Column.of("at", BlockType.TIMESTAMPTZ)),
          "Invalid record batch: column 2 is no column"
              + " (must be at of Timestamp(MICROSECOND, UTC))");
    }
  }

  @Test
  void fromArrow_shouldRefuseAColumnOfAnotherLength() {
    BlockSchema schema =
        BlockSchema.of(Column.of("a", BlockType.INT32), Column.of("b", BlockType.INT32));
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot root = VectorSchemaRoot.create(schema.toArrow(), allocator)) {
      root.setRowCount(4);
      ((IntVector) root.getVector("b")).setValueCount(2);

      assertRefused(
          root,
          schema,
          "Invalid record batch: column b of Int(32, true) has 2 values"
              + " (must be the batch's row count, 4)");
    }
  }

  @Test
  void checkedLength_shouldRefuseWhatNoArrayHolds() {
    assertThat(Bytes.checkedLength(Bytes.LARGEST, "c")).isEqualTo(Bytes.LARGEST);
    assertThatThrownBy(() -> Bytes.checkedLength(1L << 31, "c"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot hold 2147483648 bytes of column c in a block: an array has at most 2147483639");
  }

  private static Block throughArrow(Block block) {
    try (BufferAllocator allocator = OffHeap.open("test");
        VectorSchemaRoot root = block.toArrow(allocator)) {
      return Block.fromArrow(block.schema(), block.origin(), root);
    }
  }

  private static void assertRefused(VectorSchemaRoot root, BlockSchema schema, String message) {
    assertThatThrownBy(() -> Block.fromArrow(schema, Origin.NONE, root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
