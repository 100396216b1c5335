// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AqiTableProperties {

  @Property
  void index_shouldNotFallWhenTheConcentrationRises(
      @ForAll AqiTable table,
      @ForAll("concentrations") BigDecimal a,
      @ForAll("concentrations") BigDecimal b) {
    OptionalInt lower = table.index(a.min(b));
    OptionalInt higher = table.index(a.max(b));
    if (lower.isPresent()) {
      assertThat(higher.orElseThrow()).isGreaterThanOrEqualTo(lower.getAsInt());
    }
  }

  @Property
  void index_shouldNotDependOnDigitsBeyondTheTables(
      @ForAll AqiTable table, @ForAll("concentrations") BigDecimal concentration) {
    BigDecimal cut = concentration.setScale(table.decimals(), RoundingMode.DOWN);
    assertThat(table.index(concentration)).isEqualTo(table.index(cut));
  }

  @Property
  void index_shouldLieInTheCategoryOfItsRange(
      @ForAll AqiTable table, @ForAll("concentrations") BigDecimal concentration) {
    BigDecimal steps =
        concentration
            .setScale(table.decimals(), RoundingMode.DOWN)
            .movePointRight(table.decimals());
    for (AqiTable.Range range : table.ranges()) {
      if (steps.compareTo(BigDecimal.valueOf(range.low())) >= 0
          && steps.compareTo(BigDecimal.valueOf(range.high())) <= 0) {
        assertThat(Category.of(table.index(concentration).orElseThrow()))
            .isEqualTo(range.category());
      }
    }
  }

  @Provide
  Arbitrary<BigDecimal> concentrations() {
    return Arbitraries.oneOf(
        Arbitraries.bigDecimals().between(BigDecimal.ZERO, new BigDecimal("0.7")).ofScale(6),
        Arbitraries.bigDecimals().between(new BigDecimal("-5"), new BigDecimal("2500")).ofScale(6));
  }
}
