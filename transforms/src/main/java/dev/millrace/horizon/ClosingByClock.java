// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.TableName;
import dev.millrace.horizon.Cursor.Drawn;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Closes windows by when the transactions still open began. It relies on the server's clock, and on
 * the guard: no transaction is hidden for longer before the server publishes its start.
 *
 * @param view whether the table is one
 */
record ClosingByClock(
    TableName table, String column, boolean view, Cursor cursor, HorizonRules rules)
    implements Closing {

  @Override
  public Look look(Connection connection, String text) throws SQLException {
    Memory before = Memory.parse(text, name());
    MachineTime sent = MachineTime.here();
    Optional<Drawn> drawn = cursor.drawn(connection);
    Sighting seen = Activity.read(connection, table, view);
    MachineTime received = sent.until(System.nanoTime());
    return settle(
        before,
        drawn,
        seen,
        sent,
        received,
        (instant, zones) -> EarliestLocalTime.from(connection, instant, zones));
  }

  /**
   * What follows of what was seen.
   *
   * @param sent when the question left
   * @param received when the answer was here
   */
  Look settle(
      @Nullable Memory before,
      Optional<Drawn> drawn,
      Sighting seen,
      MachineTime sent,
      MachineTime received,
      EarliestLocalTime.Source times)
      throws SQLException {
    List<String> risks = new ArrayList<>(seen.blind());
    clockRisk(before, seen.clock(), sent).ifPresent(risks::add);
    drawn.map(Drawn::risk).ifPresent(risks::add);
    drawn.flatMap(last -> numberRisk(before, last.value())).ifPresent(risks::add);
    if (!risks.isEmpty() && !rules.goesOn()) {
      throw HorizonException.ofTime(table, column, risks);
    }

    Settled settled = Settled.of(seen, before, rules.guard());
    Barriers barriers = before == null ? Barriers.NONE : before.barriers();
    if (drawn.isPresent()) {
      barriers = barriers.plus(drawn.get().value(), seen.clock());
    }
    String high = before == null ? null : before.high();
    Duration lag = null;
    Instant horizon = settled.horizon();
    if (horizon != null) {
      Bound bound = cursor.bound(times, horizon, barriers);
      barriers = bound.barriers();
      high = greater(high, bound.high());
      Duration behind = bound.behind();
      lag = behind == null ? null : behind.plus(Duration.between(horizon, seen.clock()));
    }
    Memory after =
        new Memory(
            name(),
            Micros.of(seen.clock()),
            received,
            seen.blind().isEmpty() ? Micros.of(seen.oldest()) : null,
            settled.prepared(),
            horizon == null ? null : Micros.of(horizon),
            high,
            barriers);
    List<Holder> holders = holders(seen, risks);
    Duration behind =
        horizon == null ? Holder.oldest(holders) : Duration.between(horizon, seen.clock());
    return new Look(
        high,
        seen.clock(),
        lag,
        behind.isNegative() ? Duration.ZERO : behind,
        holders,
        after.toJson());
  }

  private String name() {
    return table + "." + column;
  }

  private @Nullable String greater(@Nullable String before, @Nullable String now) {
    if (before == null || now == null) {
      return before == null ? now : before;
    }
    return cursor.compare(before, now) > 0 ? before : now;
  }

  private static Optional<String> clockRisk(
      @Nullable Memory before, Instant clock, MachineTime sent) {
    if (before == null) {
      return Optional.empty();
    }
    Optional<Duration> back =
        ClockWatch.setBack(Micros.instant(before.server()), before.machine(), clock, sent);
    Long horizon = before.horizon();
    if (back.isEmpty() && horizon != null && Micros.of(clock) < horizon) {
      back = Optional.of(Duration.between(clock, Micros.instant(horizon)));
    }
    return back.map(
        by ->
            "the server's clock was set back by "
                + BigDecimal.valueOf(by.toMillis(), 3).setScale(1, RoundingMode.CEILING)
                + " s or more since the look before, so that rows may bear times that were read"
                + " past; read as much again, or copy the table anew");
  }

  private Optional<String> numberRisk(@Nullable Memory before, long value) {
    if (before == null) {
      return Optional.empty();
    }
    String high = before.high();
    long known =
        Stream.concat(
                before.barriers().list().stream().map(Barriers.Barrier::value),
                high == null ? Stream.empty() : Stream.of(Long.parseLong(high) - 1))
            .max(Long::compare)
            .orElse(value);
    return value >= known
        ? Optional.empty()
        : Optional.of(
            "the numbers went back from "
                + known
                + " to "
                + value
                + ", so that rows may bear numbers that were read past; copy the table anew");
  }

  private static List<Holder> holders(Sighting seen, List<String> risks) {
    Stream<Holder> prepared = seen.prepared().stream().map(Sighting.Prepared::holder);
    Stream<Holder> open = seen.open().stream().map(Sighting.Open::holder);
    return Stream.concat(risks.stream().map(Holder::risk), Holder.sorted(prepared, open))
        .limit(Holder.MOST)
        .toList();
  }
}
