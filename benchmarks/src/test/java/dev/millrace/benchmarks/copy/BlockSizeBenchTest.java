// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ByteSize;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BlockSizeBenchTest {

  @Test
  void lines_shouldNameTheSmallestThatIsNearlyAsFastAsTheBestOfItsRound() {
    ByteSize small = ByteSize.ofKibibytes(64);
    ByteSize middle = ByteSize.ofMebibytes(1);
    ByteSize large = ByteSize.ofMebibytes(64);
    Map<ByteSize, List<Double>> rates =
        new TreeMap<>(
            Map.of(
                small, List.of(80.0, 40.0, 81.0),
                // Slower than the others were in another round, and the best of its own.
                middle, List.of(99.0, 50.0, 96.0),
                large, List.of(100.0, 49.0, 100.0)));

    List<BlockSizeBench.Line> lines = BlockSizeBench.lines(rates, Map.of(middle, 300L << 20), 3);

    assertThat(lines).extracting(BlockSizeBench.Line::size).containsExactly(small, middle, large);
    assertThat(lines).extracting(BlockSizeBench.Line::isKnee).containsExactly(false, true, false);
    assertThat(lines.get(1).ratio().median()).isEqualTo(0.99);
    assertThat(lines.get(1).text())
        .startsWith("1MiB ")
        .endsWith("300  <- the knee: --block-size=1MiB");
  }
}
