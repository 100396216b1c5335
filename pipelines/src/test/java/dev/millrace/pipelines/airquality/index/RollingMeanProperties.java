// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

class RollingMeanProperties {

  /** An hour some hours after the one before, measured or not. */
  record Step(int hoursLater, @Nullable BigDecimal value) {}

  @Property
  void next_shouldEqualTheMeanComputedAfresh(
      @ForAll("windows") int hours, @ForAll("steps") List<Step> steps) {
    RollingMean rolling = new RollingMean(Pollutant.PM25, hours);
    Map<Long, BigDecimal> measured = new HashMap<>();
    long hour = -100;
    for (Step step : steps) {
      hour += step.hoursLater();
      if (step.value() != null) {
        measured.put(hour, step.value());
      }
      assertThat(rolling.next(hour, step.value())).isEqualTo(afresh(measured, hour, hours));
    }
  }

  private static @Nullable BigDecimal afresh(Map<Long, BigDecimal> measured, long hour, int hours) {
    List<BigDecimal> window = new ArrayList<>();
    for (long h = hour - hours + 1; h <= hour; h++) {
      if (measured.containsKey(h)) {
        window.add(measured.get(h));
      }
    }
    int needed = hours == 24 ? 18 : 6;
    return window.size() < needed
        ? null
        : Pollutant.PM25.mean(
            window.stream().reduce(BigDecimal.ZERO, BigDecimal::add), window.size());
  }

  @Example
  void next_shouldRefuseAnHourThatIsNotLater() {
    RollingMean rolling = new RollingMean(Pollutant.O3, 8);
    rolling.next(5, BigDecimal.ONE);

    assertThatThrownBy(() -> rolling.next(5, BigDecimal.ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid hour: 5 (must be after hour 5)");
  }

  @Provide
  Arbitrary<Integer> windows() {
    return Arbitraries.of(8, 24);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> later =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.just(1)), Tuple.of(1, Arbitraries.integers().between(2, 40)));
    Arbitrary<BigDecimal> value =
        Arbitraries.bigDecimals()
            .between(BigDecimal.ZERO, BigDecimal.valueOf(999))
            .ofScale(4)
            .injectNull(0.2);
    return Combinators.combine(later, value).as(Step::new).list().ofMaxSize(120);
  }
}
