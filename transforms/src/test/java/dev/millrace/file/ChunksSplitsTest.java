// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.range.OffsetRange;

class ChunksSplitsTest {

  @Property
  void splits_shouldHoldEachChunkOnce_andBeEven(
      @ForAll @LongRange(max = Long.MAX_VALUE) long records,
      @ForAll @LongRange(min = 1) long size,
      @ForAll @IntRange(min = 1, max = 100) int parallelism) {
    List<OffsetRange> splits =
        Chunks.of(records, VarLongCoder.of(), (from, to) -> () -> null)
            .size(size)
            .parallelism(parallelism)
            .splits();

    long next = 0;
    for (OffsetRange split : splits) {
      assertThat(split.getFrom()).isEqualTo(next);
      next = split.getTo();
    }
    long chunks = records / size + (records % size == 0 ? 0 : 1);
    assertThat(next).isEqualTo(chunks);
    assertThat(splits).hasSize((int) Math.min(chunks, 8L * parallelism));
    assertThat(splits)
        .extracting(split -> split.getTo() - split.getFrom())
        .allMatch(
            length -> length == chunks / splits.size() || length == chunks / splits.size() + 1);
  }
}
