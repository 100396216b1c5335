// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LabelsTest {

  private enum Contender {
    STOCK_DIRECT,
    MILLRACE_DIRECT,
    MILLRACE_FLINK;

    @Override
    public String toString() {
      return Labels.of(this);
    }
  }

  private static Set<Contender> chosen(String... labels) {
    return Labels.chosen(Contender.values(), List.of(labels), Set.of(Contender.STOCK_DIRECT));
  }

  @Test
  void chosen_shouldBeThoseOfTheNames_inTheirOrder() {
    assertThat(chosen("millrace-flink", "millrace-direct", "millrace-flink"))
        .containsExactly(Contender.MILLRACE_FLINK, Contender.MILLRACE_DIRECT);
  }

  @Test
  void chosen_shouldBeTheUsual_whenNobodyIsNamed() {
    assertThat(chosen()).containsExactly(Contender.STOCK_DIRECT);
  }

  @Test
  void chosen_shouldRefuseAnotherName() {
    assertThatThrownBy(() -> chosen("millrace-spark"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid contender: millrace-spark (must be one of stock-direct, millrace-direct,"
                + " millrace-flink)");
  }
}
