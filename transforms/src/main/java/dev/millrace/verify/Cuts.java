// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import static java.util.Objects.requireNonNull;

import dev.millrace.ledger.Position;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts tables into ranges of about as many rows each. */
final class Cuts {

  /** Ranges at first: to find a row's range among them costs far less than its digest. */
  private static final int FIRST = 512;

  /** Ranges of all further levels together. */
  private static final int FINER = 1_024;

  /** Parts of a range. */
  private static final int PARTS = 256;

  /** Rows at least of a part by digest, about. */
  private static final int PART_ROWS = 8;

  /** Windows: an hour each is more than a year. */
  private static final int WINDOWS = 10_000;

  /** Places to look at for each cut. */
  private static final int SAMPLE = 20;

  private static final BigInteger ALL_DIGESTS = BigInteger.ONE.shiftLeft(Long.SIZE);

  private final Sides sides;
  private final Both<SideSql> sql;
  private final Scale scale;
  private final @Nullable WindowLength window;
  private final Effort effort;

  Cuts(Sides sides, Both<SideSql> sql, Scale scale, @Nullable WindowLength window, Effort effort) {
    this.sides = sides;
    this.sql = sql;
    this.scale = scale;
    this.window = window;
    this.effort = effort;
  }

  /** All rows, cut. */
  List<KeyRange> first() throws SQLException {
    List<KeyRange> ranges = new ArrayList<>(KeyRange.ALL.cutAt(firstPlaces()));
    if (scale.hasNulls()) {
      ranges.add(KeyRange.NULLS);
    }
    return ranges;
  }

  private List<Position> firstPlaces() throws SQLException {
    if (scale.by() == Scale.By.WINDOW) {
      return windows();
    }
    Both<Long> rows =
        sides.ask(
            () -> sides.source().estimate(sql.source().estimate()),
            () -> sides.target().estimate(sql.target().estimate()));
    long most = Math.max(rows.source(), rows.target());
    int parts = (int) Math.min(FIRST, most / effort.rangeRows() + 1);
    if (parts == 1) {
      return List.of();
    }
    if (scale.by() == Scale.By.DIGEST) {
      return digests(KeyRange.ALL, parts);
    }
    boolean source = rows.source() >= rows.target();
    double fraction = (double) SAMPLE * parts / most;
    List<List<Position>> sample =
        source
            ? sides.source().samples(sql.source().sampleAll(fraction), 1)
            : sides.target().samples(sql.target().sampleAll(fraction), 1);
    return spread(sample.get(0), parts);
  }

  /** Where windows begin, but for the first. */
  private List<Position> windows() throws SQLException {
    Both<List<List<@Nullable String>>> extremes =
        sides.ask(
            () -> sides.source().texts(sql.source().extremes()),
            () -> sides.target().texts(sql.target().extremes()));
    Windows windows = new Windows(scale.terms().get(0).type(), extremes);
    if (windows.isEmpty()) {
      return List.of();
    }
    Duration span = Duration.ofSeconds(number(windows.span()));
    WindowLength length = requireNonNull(window).fitted(span);
    if (length.windows(span) > WINDOWS) {
      throw new IllegalArgumentException(
          "Invalid length of a window: %s (must be longer: there would be %,d windows, and at most %,d"
                  .formatted(length.word(), length.windows(span), WINDOWS)
              + " are compared)");
    }
    List<Position> places = new ArrayList<>();
    for (List<@Nullable String> start : sides.source().texts(windows.starts(length))) {
      places.add(new Position(List.of(String.valueOf(start.get(0)))));
    }
    return places;
  }

  private long number(String query) throws SQLException {
    return Long.parseLong(String.valueOf(sides.source().texts(query).get(0).get(0)));
  }

  /** Ranges that differ, cut further, so far as their places allow it. */
  List<KeyRange> finer(List<Compared> ranges) throws SQLException {
    int parts = Math.max(2, Math.min(PARTS, FINER / ranges.size()));
    List<List<Position>> samples =
        scale.by() == Scale.By.DIGEST ? List.of() : samples(ranges, parts);
    List<KeyRange> finer = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      KeyRange range = ranges.get(i).range();
      if (range.nulls()) {
        finer.add(range);
      } else {
        finer.addAll(
            range.cutAt(samples.isEmpty() ? digests(range, parts) : spread(samples.get(i), parts)));
      }
    }
    return finer;
  }

  /** Ranges that differ, cut into parts of some rows each by the digests of their keys. */
  List<KeyRange> parts(List<Compared> ranges) {
    long most = Math.min(effort.parts(), Compared.rows(ranges) / PART_ROWS) / ranges.size();
    int parts = Integer.highestOneBit((int) Math.max(1, most));
    List<KeyRange> cut = new ArrayList<>();
    ranges.forEach(each -> cut.addAll(each.range().cutInto(parts)));
    return cut;
  }

  /** Places within ranges, from the side that has more rows there. */
  private List<List<Position>> samples(List<Compared> ranges, int parts) throws SQLException {
    List<KeyRange> all = ranges.stream().map(Compared::range).toList();
    double fraction = (double) SAMPLE * parts * ranges.size() / Math.max(1, Compared.rows(ranges));
    Both<List<List<Position>>> samples =
        sides.ask(
            () -> sides.source().samples(sql.source().sample(all, fraction), all.size()),
            () -> sides.target().samples(sql.target().sample(all, fraction), all.size()));
    List<List<Position>> larger = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      boolean source = ranges.get(i).source().rows() >= ranges.get(i).target().rows();
      larger.add(source ? samples.source().get(i) : samples.target().get(i));
    }
    return larger;
  }

  private static List<Position> spread(List<Position> sample, int parts) {
    List<Position> places = new ArrayList<>();
    for (int i = 1; i < parts && !sample.isEmpty(); i++) {
      Position place = sample.get((int) ((long) sample.size() * i / parts));
      if (places.isEmpty() || !place.equals(places.get(places.size() - 1))) {
        places.add(place);
      }
    }
    return places;
  }

  /** Digests, which are spread evenly. */
  private static List<Position> digests(KeyRange range, int parts) {
    BigInteger low = digest(range.low(), Long.MIN_VALUE);
    BigInteger width = digest(range.high(), Long.MAX_VALUE).subtract(low).min(ALL_DIGESTS);
    List<Position> places = new ArrayList<>();
    for (int i = 1; i < parts; i++) {
      BigInteger step = width.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(parts));
      places.add(new Position(List.of(low.add(step).toString())));
    }
    return places;
  }

  private static BigInteger digest(@Nullable Position position, long otherwise) {
    return position == null
        ? BigInteger.valueOf(otherwise)
        : new BigInteger(position.values().get(0));
  }
}
