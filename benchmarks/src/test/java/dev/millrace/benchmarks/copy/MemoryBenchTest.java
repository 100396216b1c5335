// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MemoryBenchTest {

  @Tag("bench")
  @Test
  void run_shouldFindAHeapThatSuffices_andOneStepLessThatDoesNot() throws Exception {
    List<String> progress = new ArrayList<>();

    List<MemoryBench.Line> lines = MemoryBench.run(1_000, Set.of(Contender.PIPE), 1, progress::add);

    assertThat(lines)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.contender()).isEqualTo(Contender.PIPE);
              assertThat(line.smallestHeap().bytes()).isBetween(16L << 20, 128L << 20);
              assertThat(line.smallestHeapForMore().bytes())
                  .isGreaterThanOrEqualTo(line.smallestHeap().bytes());
              assertThat(line.text()).startsWith("pipe ").contains("1,000 rows", "10,000");
              assertThat(progress)
                  .contains("pipe, 1,000 rows, -Xmx %s: done".formatted(line.smallestHeap()));
            });
  }
}
