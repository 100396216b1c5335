// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesRecorderTest {

  private final SeriesRecorder recorder = new SeriesRecorder();

  @Test
  void series_shouldHaveEachSample_whileThereIsRoom() {
    recorder.add(1, Map.of("rows", 10.0));
    recorder.add(2, Map.of("rows", 30.0, "late", 1.0));

    assertThat(recorder.series().seconds()).containsExactly(1.0, 2.0);
    assertThat(recorder.series().values().get("rows")).containsExactly(10.0, 30.0);
    assertThat(recorder.series().values().get("late")).containsExactly(null, 1.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {127, 128, 129, 1000, 4096, 100_003})
  void series_shouldKeepTheMean_whateverTheNumberOfSamples(int samples) {
    for (int i = 0; i < samples; i++) {
      recorder.add(i, Map.of("line", 2.0 * i, "even", i % 2 == 0 ? 8.0 : 4.0));
    }

    Series series = recorder.series();
    assertThat(series.seconds()).isSorted().hasSizeLessThanOrEqualTo(SeriesRecorder.MOST);
    assertThat(series.seconds()).hasSizeGreaterThanOrEqualTo(Math.min(samples, 64));
    List<Double> line = requireNonNull(series.values().get("line"));
    for (int i = 0; i < series.seconds().size(); i++) {
      assertThat(line.get(i))
          .isCloseTo(2 * series.seconds().get(i), within(0.2 + series.seconds().get(i) * 0.001));
    }
    if (samples > SeriesRecorder.MOST) {
      assertThat(requireNonNull(series.values().get("even")).subList(0, 60)).containsOnly(6.0);
    }
  }

  @Test
  void series_shouldLeaveOutWhatIsNoNumber_andFiguresWithoutEnd() {
    recorder.add(1, Map.of("a", Double.NaN, "b", Double.POSITIVE_INFINITY, "c", 1.0));
    for (int i = 0; i < 1000; i++) {
      recorder.add(2 + i, Map.of("new " + i, 1.0));
    }

    assertThat(recorder.series().values())
        .containsKey("c")
        .doesNotContainKeys("a", "b")
        .hasSize(SeriesRecorder.MOST_FIGURES);
  }
}
