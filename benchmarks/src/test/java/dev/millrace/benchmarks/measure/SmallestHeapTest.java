// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmallestHeapTest {

  private static final ByteSize MOST = ByteSize.ofMebibytes(1024);

  private final List<ByteSize> tried = new ArrayList<>();

  private ByteSize find(ByteSize least, int needed) throws Exception {
    return SmallestHeap.find(
        least,
        MOST,
        heap -> {
          tried.add(heap);
          return heap.bytes() >= ByteSize.ofMebibytes(needed).bytes();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 100, 128, 129, 1000, 1023})
  void find_shouldFindTheLeastThatSuffices(int needed) throws Exception {
    long step = SmallestHeap.STEP.bytes();
    long right = (ByteSize.ofMebibytes(needed).bytes() + step - 1) / step * step;

    assertThat(find(SmallestHeap.STEP, needed).bytes()).isEqualTo(right);
    assertThat(tried).hasSizeLessThan(9).doesNotHaveDuplicates();
  }

  @Test
  void find_shouldTryFirst_whatSufficedForLess() throws Exception {
    ByteSize least = ByteSize.ofMebibytes(256);

    assertThat(find(least, 200)).isEqualTo(least);
    assertThat(tried).containsExactly(least);
  }
}
