// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.file.Chunk;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A chunk of generated rows, as one block; the same for the same numbers. */
final class GeneratedRows implements Chunk<Block> {

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz012345";

  private final long from;
  private final long to;
  private final byte[] payload;
  private boolean isDone;

  GeneratedRows(long from, long to, int width) {
    this.from = from;
    this.to = to;
    this.payload = new byte[width];
  }

  @Override
  public @Nullable Block next() {
    if (isDone) {
      return null;
    }
    isDone = true;
    BlockBuilder rows = new BlockBuilder(GeneratedStream.SCHEMA);
    byte[] letters = LETTERS.getBytes(US_ASCII);
    for (long id = from; id < to; id++) {
      SplittableRandom random = new SplittableRandom(id);
      rows.column(0).appendLong(id);
      rows.column(1).appendDouble(random.nextDouble());
      for (int i = 0; i < payload.length; i++) {
        payload[i] = letters[random.nextInt(letters.length)];
      }
      rows.column(2).appendBytes(payload, 0, payload.length);
    }
    return rows.build(Origin.NONE);
  }
}
