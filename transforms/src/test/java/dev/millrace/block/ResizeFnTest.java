// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.control.ByteSize;
import dev.millrace.testing.TestPipelineExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Blocks of one INT32, thus of 4 bytes a row, given in one bundle. */
class ResizeFnTest {

  private static final BlockSchema SCHEMA = BlockSchema.of(Column.of("n", BlockType.INT32));

  @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

  @Test
  void resize_shouldCutALargeBlock_eachPartCoveringItsWholeRange() {
    assertResized(
        List.of(block("s", "", "9", 1, 2, 3, 4, 5)),
        block("s", "", "9", 1, 2),
        block("s", "", "9", 3, 4),
        block("s", "", "9", 5));
  }

  @Test
  void resize_shouldJoinBlocksThatFollowEachOther() {
    assertResized(
        List.of(block("s", "", "1", 1), block("s", "1", "2", 2), block("s", "2", "", 3)),
        block("s", "", "2", 1, 2),
        block("s", "2", "", 3));
  }

  @Test
  void resize_shouldJoinBlocksOfNoSplit() {
    assertResized(
        List.of(block("", "", "", 1), block("", "", "", 2), block("", "", "", 3)),
        block("", "", "", 1, 2),
        block("", "", "", 3));
  }

  @Test
  void resize_shouldJoinTheRestOfACutBlockWithTheNext() {
    assertResized(
        List.of(block("s", "", "3", 1, 2, 3), block("s", "3", "4", 4)),
        block("s", "", "3", 1, 2),
        block("s", "", "4", 3, 4));
  }

  @Test
  void resize_shouldNeverJoinTwoSplits() {
    assertResized(
        List.of(block("s", "", "1", 1), block("t", "1", "2", 2), block("s", "1", "2", 3)),
        block("s", "", "1", 1),
        block("t", "1", "2", 2),
        block("s", "1", "2", 3));
  }

  @Test
  void resize_shouldNeverJoinOverAGap() {
    assertResized(
        List.of(block("s", "", "1", 1), block("s", "2", "3", 3), block("s", "", "1", 1)),
        block("s", "", "1", 1),
        block("s", "2", "3", 3),
        block("s", "", "1", 1));
  }

  @Test
  void resize_shouldNotTakeTheEndOfASplitForItsStart() {
    assertResized(
        List.of(block("s", "5", "", 6), block("s", "", "5", 5)),
        block("s", "5", "", 6),
        block("s", "", "5", 5));
  }

  @Test
  void resize_shouldKeepWhatEmptyBlocksCover() {
    assertResized(
        List.of(
            block("s", "", "1"),
            block("s", "1", "2", 2),
            block("s", "2", "3"),
            block("t", "", ""),
            block("u", "", "1", 1, 2),
            block("u", "1", "")),
        block("s", "", "3", 2),
        block("t", "", ""),
        block("u", "", "1", 1, 2),
        block("u", "1", ""));
  }

  private void assertResized(List<Block> given, Block... expected) {
    TestStream.Builder<Block> stream = TestStream.create(BlockCoder.of(SCHEMA));
    PCollection<Block> resized =
        pipeline
            .apply(
                stream
                    .addElements(given.get(0), given.subList(1, given.size()).toArray(new Block[0]))
                    .advanceWatermarkToInfinity())
            .apply(Blocks.resize(ByteSize.ofBytes(8)));

    PAssert.that(resized).containsInAnyOrder(Arrays.asList(expected));
    pipeline.run();
  }

  private static Block block(String split, String low, String high, int... values) {
    List<List<Object>> rows = new ArrayList<>();
    for (int value : values) {
      rows.add(Collections.singletonList(value));
    }
    return BlockFixtures.block(SCHEMA, new Origin(split, 0, low, high), rows);
  }
}
