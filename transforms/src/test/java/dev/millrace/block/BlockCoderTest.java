// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class BlockCoderTest {

  private static final BlockSchema SCHEMA = BlockSchema.of(Column.of("n", BlockType.INT32));

  @Provide
  static Arbitrary<Block> blocks() {
    return BlockFixtures.blocks();
  }

  @Property(tries = 300)
  void decode_shouldGiveWhatWasEncoded(@ForAll("blocks") Block block) throws Exception {
    Coder<Block> coder = BlockCoder.of(block.schema());
    CoderProperties.coderDecodeEncodeEqual(coder, block);
    CoderProperties.coderConsistentWithEquals(coder, block, CoderUtils.clone(coder, block));
    CoderProperties.coderDeterministic(coder, block, CoderUtils.clone(coder, block));
  }

  @Property(tries = 100)
  void encode_shouldForetellItsSize(@ForAll("blocks") Block block) throws Exception {
    BlockCoder coder = BlockCoder.of(block.schema());

    ByteArrayOutputStream among = new ByteArrayOutputStream();
    coder.encode(block, among);

    assertThat(coder.getEncodedElementByteSize(block)).isEqualTo(among.size());
  }

  @Test
  void decode_shouldRefuseBytesCutShort() throws Exception {
    Block block = BlockFixtures.block(SCHEMA, List.of(List.of(1), List.of(2)));
    byte[] bytes = CoderUtils.encodeToByteArray(BlockCoder.of(SCHEMA), block);

    assertThatThrownBy(
            () ->
                CoderUtils.decodeFromByteArray(
                    BlockCoder.of(SCHEMA), Arrays.copyOf(bytes, bytes.length - 3)))
        .hasRootCauseInstanceOf(EOFException.class);
  }

  @Test
  void encode_shouldCarryAPositionOfAnyLength() throws Exception {
    Block block =
        BlockFixtures.block(
            SCHEMA, new Origin("split", 7, "k".repeat(70_000), "é".repeat(70_000)), List.of());

    assertThat(CoderUtils.clone(BlockCoder.of(SCHEMA), block)).isEqualTo(block);
  }

  @Test
  void decode_shouldReadNoFurtherThanItsBlock() throws Exception {
    List<Block> blocks =
        List.of(
            BlockFixtures.block(SCHEMA, List.of(List.of(1), List.of(2))),
            BlockFixtures.block(SCHEMA, List.of()),
            BlockFixtures.block(SCHEMA, List.of(List.of(3))));

    assertThat(CoderUtils.clone(ListCoder.of(BlockCoder.of(SCHEMA)), blocks)).isEqualTo(blocks);
  }

  @Test
  void decode_shouldFail_whenTheBytesEndEarly() throws Exception {
    byte[] bytes =
        CoderUtils.encodeToByteArray(
            BlockCoder.of(SCHEMA), BlockFixtures.block(SCHEMA, List.of(List.of(1))));

    for (int length = 0; length < bytes.length; length++) {
      ByteArrayInputStream cut = new ByteArrayInputStream(bytes, 0, length);
      assertThatThrownBy(() -> BlockCoder.of(SCHEMA).decode(cut)).isNotNull();
    }
  }

  @Test
  void encode_shouldRefuseABlockOfAnotherSchema() {
    Block other = BlockFixtures.block(BlockSchema.of(Column.of("m", BlockType.INT32)), List.of());

    assertThatThrownBy(() -> BlockCoder.of(SCHEMA).encode(other, new ByteArrayOutputStream()))
        .isInstanceOf(CoderException.class)
        .hasMessageStartingWith("Cannot encode a block of ");
  }

  @Test
  void equals_shouldBeByItsSchema() {
    assertThat(BlockCoder.of(SCHEMA))
        .isEqualTo(BlockCoder.of(BlockSchema.of(Column.of("n", BlockType.INT32))))
        .isNotEqualTo(BlockCoder.of(BlockSchema.of(Column.of("n", BlockType.INT64))));
    CoderProperties.coderSerializable(BlockCoder.of(BlockFixtures.everyType()));
  }
}
