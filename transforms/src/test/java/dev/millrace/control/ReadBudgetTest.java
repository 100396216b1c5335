// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadBudgetTest {

  @ParameterizedTest
  @CsvSource({
    // heap, splits, wanted, blocks a call, block size
    "4GiB, 16, 1MiB, 4, 1MiB",
    "256MiB, 16, 1MiB, 1, 1MiB",
    "256MiB, 64, 1MiB, 1, 349525B",
    "16MiB, 64, 1MiB, 1, 32KiB",
    "4GiB, 16, 512MiB, 1, 22369621B",
  })
  void of_shouldTakeFewerBlocksFirst_andThenSmallerOnes(
      String heap, int splits, String wanted, int blocks, String size) {
    assertThat(ReadBudget.of(ByteSize.parse(heap), splits, ByteSize.parse(wanted)))
        .isEqualTo(new ReadBudget(blocks, ByteSize.parse(size)));
  }

  @Test
  void within_shouldBeLessOfBoth_butNeverTooLittle() {
    ReadBudget budget = new ReadBudget(4, ByteSize.ofMebibytes(1));
    assertThat(budget.within(1)).isSameAs(budget);
    assertThat(budget.within(0.5)).isEqualTo(new ReadBudget(2, ByteSize.ofKibibytes(512)));
    assertThat(budget.within(1.0 / 1024)).isEqualTo(new ReadBudget(1, ByteSize.ofKibibytes(32)));
    ReadBudget small = new ReadBudget(1, ByteSize.ofBytes(100));
    assertThat(small.within(0.5)).isEqualTo(small);
  }
}
