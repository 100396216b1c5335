// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipelines.airquality.index.SubIndices;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class ExceedanceRunTest {
  private static final LocalDateTime START = LocalDateTime.of(2013, 12, 31, 20, 0);

  @Example
  void in_shouldEndARunAtTheThresholdAndAtAMissingHour() {
    List<ExceedanceRun> runs = ExceedanceRun.in(hours(0, 151, 200, 200, 150, 160, null, 170), 150);

    assertThat(runs).containsExactly(run(0, 2, 200, 1), run(4, 4, 160, 4), run(6, 6, 170, 6));
    assertThat(runs.get(0).hours()).isEqualTo(3);
  }

  @Example
  void in_shouldEndARunWhereAnHourHasNoRow() {
    List<IndexedHour> hours = hours(0, 160, 160, 160);
    hours.remove(1);

    assertThat(ExceedanceRun.in(hours, 150)).hasSize(2);
  }

  @Property
  void in_shouldHoldEachHourOfExceedanceOnce(@ForAll("indices") List<@Nullable Integer> indices) {
    List<IndexedHour> hours = hours(0, indices.toArray(Integer[]::new));

    List<ExceedanceRun> runs = ExceedanceRun.in(hours, 150);

    assertThat(runs.stream().mapToInt(ExceedanceRun::hours).sum())
        .isEqualTo(indices.stream().filter(index -> index != null && index > 150).count());
    for (int i = 1; i < runs.size(); i++) {
      assertThat(runs.get(i).first()).isAfter(runs.get(i - 1).last().plusHours(1));
    }
  }

  @Provide
  Arbitrary<List<@Nullable Integer>> indices() {
    return Arbitraries.integers().between(140, 170).injectNull(0.1).list().ofMaxSize(60);
  }

  private static ExceedanceRun run(int first, int last, int peak, int peakHour) {
    return new ExceedanceRun(
        "Dongsi",
        150,
        START.plusHours(first),
        START.plusHours(last),
        peak,
        START.plusHours(peakHour));
  }

  private static List<IndexedHour> hours(int from, @Nullable Integer... indices) {
    List<IndexedHour> hours = new ArrayList<>();
    for (int i = 0; i < indices.length; i++) {
      hours.add(
          new IndexedHour(
              "Dongsi",
              START.plusHours(from + i),
              new SubIndices(indices[i], null, null, null, null, null)));
    }
    return hours;
  }
}
