// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class CoverageTest {

  /** Positions are the numbers 0 to 40; the bits of a set are the numbers covered. */
  private static final int LAST = 40;

  private static final Comparator<Position> ORDER =
      Comparator.comparingInt(position -> Integer.parseInt(position.values().get(0)));

  @Provide
  Arbitrary<Interval> intervals() {
    // Bounds of -1 and LAST + 1 stand for open ends.
    return Combinators.combine(
            Arbitraries.integers().between(-1, LAST - 1), Arbitraries.integers().between(1, 12))
        .as((low, length) -> interval(low, low + length));
  }

  private static Interval interval(int low, int high) {
    return new Interval(low < 0 ? null : position(low), high > LAST ? null : position(high));
  }

  static Position position(int number) {
    return new Position(List.of(Integer.toString(number)));
  }

  private static BitSet bits(Iterable<Interval> intervals) {
    BitSet bits = new BitSet();
    for (Interval each : intervals) {
      // An open end is more than the last number.
      bits.set(number(each.low(), -1) + 1, number(each.high(), LAST + 1) + 1);
    }
    return bits;
  }

  private static int number(@Nullable Position position, int open) {
    return position == null ? open : Integer.parseInt(position.values().get(0));
  }

  @Property(tries = 5000)
  void plus_shouldCoverTheUnion(@ForAll List<@From("intervals") Interval> parts) {
    Coverage coverage = Coverage.of(ORDER, parts);

    assertThat(bits(coverage.intervals())).isEqualTo(bits(parts));
    for (int number = 0; number <= LAST; number++) {
      assertThat(coverage.contains(position(number))).isEqualTo(bits(parts).get(number));
    }
  }

  @Property(tries = 5000)
  void plus_shouldJoinWhatTouches(@ForAll List<@From("intervals") Interval> parts) {
    List<Interval> joined = Coverage.of(ORDER, parts).intervals();

    for (int i = 1; i < joined.size(); i++) {
      assertThat(number(joined.get(i - 1).high(), LAST))
          .isLessThan(number(joined.get(i).low(), -1));
    }
  }

  @Property(tries = 5000)
  void gaps_shouldBeTheRest(
      @ForAll List<@From("intervals") Interval> parts, @ForAll("intervals") Interval within) {
    Coverage coverage = Coverage.of(ORDER, parts);
    List<Interval> gaps = coverage.gaps(within);

    BitSet rest = bits(List.of(within));
    rest.andNot(bits(parts));
    assertThat(bits(gaps)).isEqualTo(rest);
    gaps.forEach(gap -> assertThat(bits(List.of(gap)).isEmpty()).isFalse());
    assertThat(coverage.covers(within)).isEqualTo(rest.isEmpty());
  }
}
