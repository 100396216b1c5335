// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.control.ByteSize;
import java.util.Arrays;
import java.util.Random;

/** The rank of each row's payload among very many numbers, which are sorted for each block anew. */
final class Ranks implements Kind.Worker {

  private final int numbers;

  Ranks(ByteSize held) {
    this.numbers = (int) Math.min(Integer.MAX_VALUE - 8, held.bytes() / Long.BYTES);
  }

  @Override
  public long[] of(Block block) {
    long[] sorted = new long[numbers];
    Random random = new Random(1);
    Arrays.setAll(sorted, i -> random.nextLong());
    Arrays.sort(sorted);
    BlockColumn payloads = block.column(1);
    long[] ranks = new long[block.rows()];
    for (int row = 0; row < ranks.length; row++) {
      long number = Arrays.hashCode(payloads.getBytes(row)) * 0x9E3779B97F4A7C15L;
      int at = Arrays.binarySearch(sorted, number);
      ranks[row] = at < 0 ? -at - 1 : at;
    }
    return ranks;
  }
}
