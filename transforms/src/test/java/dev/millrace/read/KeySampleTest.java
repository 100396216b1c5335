// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySampleTest {

  @ParameterizedTest
  @CsvSource({"10000, 1", "10000, 0.02", "400, 0.5", "100, 1", "30, 1", "0, 1"})
  void splits_shouldLeaveNoKeyOutWhateverStepsAreTaken(int keys, double fraction) {
    List<Split> splits = sample(keys, keys, fraction, false).splits(7, 60);

    assertThat(splits.get(0).range().start()).isEmpty();
    Range.Keys before = null;
    for (Split split : splits) {
      Range.Keys range = (Range.Keys) split.range();
      assertThat(before == null || Objects.equals(before.high(), range.low())).isTrue();
      parts(split, Long.MAX_VALUE);
      before = range;
    }
    assertThat(before).isNotNull().extracting(Range.Keys::high).isNull();
  }

  @Test
  void steps_shouldBeOfAboutAsManyRowsAsAreAsked() {
    int rows = 1_000_000;
    List<Split> splits = sample(rows, 20_000, 0.02, false).splits(16, 320);

    for (Split split : splits) {
      for (long most : new long[] {3_200, 10_000, 25_000}) {
        List<Range.Keys> parts = parts(split, most);
        // The last part of a split is what is left.
        parts
            .subList(0, parts.size() - 1)
            .forEach(
                part ->
                    assertThat(rows(part, rows)).isBetween((int) (most / 3), (int) (most * 3 / 2)));
      }
    }
  }

  @Test
  void steps_shouldNotBeTakenThatHaveMoreRowsThanAreAsked() {
    for (Split split : sample(1_000_000, 20_000, 0.02, false).splits(16, 320)) {
      assertThat(steps(split).next((Range.Keys) split.range(), 2_000)).isEmpty();
    }
  }

  @Test
  void steps_shouldNotBeKnownAfterAKeyThatEndsNone() {
    Split split = sample(10_000, 10_000, 1, false).splits(2, 20).get(0);
    List<String> high = ((Range.Keys) split.range()).high();

    assertThat(steps(split).next(new Range.Keys(List.of("00000017"), high), 5_000)).isEmpty();
  }

  @Test
  void splits_shouldHaveNoStepsOfRowsThatLieTogether() {
    assertThat(sample(1_000_000, 20_000, 0.02, true).splits(16, 320))
        .hasSize(16)
        .allSatisfy(split -> assertThat(split.steps()).isNull());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 40})
  void splits_shouldHaveNoEmptyRangeWhereFewKeysDiffer(int different) {
    List<List<String>> keys =
        IntStream.range(0, 5_000).mapToObj(i -> key(i * different / 5_000)).toList();

    List<Split> splits = new KeySample(keys, 1, false).splits(16, 100);

    assertThat(splits).hasSizeLessThanOrEqualTo(different + 1);
    for (Split split : splits) {
      for (Range.Keys part : parts(split, Long.MAX_VALUE)) {
        assertThat(part.low() == null || !Objects.equals(part.low(), part.high())).isTrue();
      }
      assertThat(steps(split).keys()).doesNotHaveDuplicates();
    }
  }

  private static KeySample sample(int rows, int keys, double fraction, boolean byPage) {
    List<List<String>> sample =
        new Random(7)
            .ints(0, Math.max(1, rows))
            .limit(keys)
            .sorted()
            .mapToObj(i -> key(i))
            .toList();
    return new KeySample(sample, fraction, byPage);
  }

  private static List<String> key(int number) {
    return List.of("%08d".formatted(number));
  }

  /** What calls read, one after another; each begins where the one before has ended. */
  private static List<Range.Keys> parts(Split split, long most) {
    List<Range.Keys> parts = new ArrayList<>();
    Range.Keys left = (Range.Keys) split.range();
    if (split.steps() == null) {
      return List.of(left);
    }
    while (true) {
      Optional<Range.Keys> part = steps(split).next(left, most);
      assertThat(part).isPresent();
      assertThat(part.get().low()).isEqualTo(left.low());
      parts.add(part.get());
      if (Objects.equals(part.get().high(), left.high())) {
        return parts;
      }
      List<String> high = Objects.requireNonNull(part.get().high());
      assertThat(left.low() == null || compare(left.low(), high) < 0).isTrue();
      assertThat(left.high() == null || compare(high, left.high()) < 0).isTrue();
      left = new Range.Keys(high, left.high());
    }
  }

  private static Steps steps(Split split) {
    return Objects.requireNonNull(split.steps());
  }

  private static int compare(List<String> one, List<String> other) {
    return one.get(0).compareTo(other.get(0));
  }

  private static int rows(Range.Keys part, int all) {
    int low = part.low() == null ? 0 : Integer.parseInt(part.low().get(0));
    return (part.high() == null ? all : Integer.parseInt(part.high().get(0))) - low;
  }
}
