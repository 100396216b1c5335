// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockFixtures;
import dev.millrace.block.BlockSchema;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RowBytesTest {

  private static final BlockSchema SCHEMA = BlockFixtures.everyType();

  @Provide
  Arbitrary<Block> blocks() {
    return BlockFixtures.blocks(SCHEMA);
  }

  @Property(tries = 200)
  void decode_shouldGiveTheRowsThatWereEncoded(@ForAll("blocks") Block block) {
    byte[] bytes = encode(block);

    BlockBuilder builder = new BlockBuilder(SCHEMA);
    assertThat(RowBytes.decode(bytes, SCHEMA, builder)).isEqualTo(block.rows());
    assertThat(builder.build(block.origin())).isEqualTo(block);
  }

  @Property(tries = 100)
  void decode_shouldRefuseEveryBeginning(@ForAll("blocks") Block block) {
    if (block.rows() != 1) {
      return;
    }
    byte[] bytes = encode(block);
    for (int length = 1; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> RowBytes.decode(cut, SCHEMA, new BlockBuilder(SCHEMA)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Invalid row: it ends within a value of ");
    }
  }

  private static byte[] encode(Block block) {
    int[] columns = IntStream.range(0, SCHEMA.size()).toArray();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int row = 0; row < block.rows(); row++) {
      bytes.writeBytes(RowBytes.encode(block, columns, row));
    }
    return bytes.toByteArray();
  }
}
