// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.TableName;
import dev.millrace.horizon.Cursor.Drawn;
import dev.millrace.horizon.Sighting.Open;
import dev.millrace.horizon.Sighting.Prepared;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Random histories of a server, looked at at random moments. Times are milliseconds. Whatever is
 * not committed when a look ends must, when it is, have a cursor at or above what the look closed.
 */
class HorizonModelTest {

  private static final int GUARD = 300;
  private static final int END = 20_000;
  private static final TableName TABLE = new TableName("public", "t");
  private static final HorizonRules RULES =
      HorizonRules.DEFAULT.withGuard(Duration.ofMillis(GUARD));

  private static final Cursor TIMES = new TimeCursor(TimeCursor.Kind.TIMESTAMPTZ, 6, List.of());
  private static final Cursor NUMBERS = new NumberCursor("", "", Long.MAX_VALUE, null);

  /**
   * A transaction.
   *
   * @param begin its now()
   * @param published when the server shows it, within the guard
   * @param write when it writes its row
   * @param prepare null when it commits in one step
   * @param end when what it wrote can be seen
   * @param gone when it is no longer shown as open
   */
  private record Transaction(
      int id, int begin, int published, int write, @Nullable Integer prepare, int end, int gone) {

    boolean openAt(int time) {
      return published <= time && time < gone;
    }

    boolean preparedAt(int time) {
      return prepare != null && prepare <= time && time < end;
    }
  }

  private static List<Transaction> history(Random random) {
    List<Transaction> history = new ArrayList<>();
    int count = 1 + random.nextInt(40);
    for (int id = 0; id < count; id++) {
      int begin = random.nextInt(END);
      int published = begin + random.nextInt(GUARD);
      int write = begin + random.nextInt(random.nextBoolean() ? 50 : 3_000);
      int ready = Math.max(published, write) + random.nextInt(random.nextBoolean() ? 50 : 5_000);
      Integer prepare = random.nextInt(4) == 0 ? ready : null;
      int end = prepare == null ? ready : ready + random.nextInt(8_000);
      int gone = ready + random.nextInt(30);
      history.add(new Transaction(id, begin, published, write, prepare, end, gone));
    }
    return history;
  }

  /**
   * When the parts of a look happen, one after the other.
   *
   * @param last after which a snapshot is taken
   */
  private record Moments(int sequence, int clock, int open, int prepared, int last) {

    static Moments from(int begin, Random random) {
      int clock = begin + random.nextInt(40);
      int open = clock + random.nextInt(40);
      int prepared = open + random.nextInt(40);
      return new Moments(begin, clock, open, prepared, prepared + random.nextInt(40));
    }
  }

  private static Instant at(int time) {
    return Instant.EPOCH.plusSeconds(1_000_000_000).plusMillis(time);
  }

  private static Sighting seen(List<Transaction> history, Moments moments) {
    return new Sighting(
        at(moments.clock()),
        history.stream()
            .filter(each -> each.openAt(moments.open()))
            .map(each -> new Open(at(each.begin()), Holder.prepared("", "", Duration.ZERO)))
            .sorted(Comparator.comparing(Open::since))
            .toList(),
        history.stream()
            .filter(each -> each.preparedAt(moments.prepared()))
            .map(each -> new Prepared("" + each.id(), Holder.prepared("", "", Duration.ZERO)))
            .toList(),
        List.of());
  }

  private static Instant instant(String high) {
    return Instant.parse(high.replace(' ', 'T').replace("+00", "Z"));
  }

  private static MachineTime machine(int time) {
    return new MachineTime("model", time * 1_000_000L, "", 0, 0);
  }

  @Property(tries = 1000)
  void look_shouldCloseNoTimeStillToCome(@ForAll long seed) throws SQLException {
    Random random = new Random(seed);
    boolean clockTimestamp = random.nextBoolean();
    List<Transaction> history = history(random);
    String memory = "";
    String before = "";
    for (int begin : begins(random)) {
      Moments moments = Moments.from(begin, random);
      Look look = look(TIMES, Optional.empty(), seen(history, moments), moments, memory);
      memory = look.memory();
      String high = look.high();
      if (high == null) {
        continue;
      }
      assertThat(high).isGreaterThanOrEqualTo(before);
      before = high;
      Instant closed = instant(high);
      assertThat(history)
          .filteredOn(each -> each.end() > moments.last())
          .noneMatch(each -> at(clockTimestamp ? each.write() : each.begin()).isBefore(closed));
    }
  }

  @Property(tries = 1000)
  void look_shouldCloseNoNumberStillToCome(@ForAll long seed) throws SQLException {
    Random random = new Random(seed);
    List<Transaction> history = history(random);
    List<Transaction> drawn =
        history.stream().sorted(Comparator.comparing(Transaction::write)).toList();
    String memory = "";
    long before = 0;
    for (int begin : begins(random)) {
      Moments moments = Moments.from(begin, random);
      long last = drawn.stream().filter(each -> each.write() <= moments.sequence()).count();
      Look look =
          look(
              NUMBERS, Optional.of(new Drawn(last, null)), seen(history, moments), moments, memory);
      memory = look.memory();
      String high = look.high();
      if (high == null) {
        continue;
      }
      long closed = Long.parseLong(high);
      assertThat(closed).isGreaterThanOrEqualTo(before);
      before = closed;
      assertThat(drawn.subList(0, (int) Math.min(closed - 1, drawn.size())))
          .noneMatch(each -> each.end() > moments.last());
    }
  }

  @Property(tries = 300)
  void look_shouldCloseAllInTheEnd(@ForAll long seed) throws SQLException {
    Random random = new Random(seed);
    List<Transaction> history = history(random);
    String memory = "";
    String high = "";
    for (int begin : begins(random)) {
      int time = begin;
      Moments moments = new Moments(time, time, time, time, time);
      long last = history.stream().filter(each -> each.write() <= time).count();
      Look look =
          look(
              NUMBERS, Optional.of(new Drawn(last, null)), seen(history, moments), moments, memory);
      memory = look.memory();
      assertThat(memory).hasSizeLessThan(4096);
    }
    for (int time : List.of(10 * END, 10 * END + 2 * GUARD)) {
      Moments moments = new Moments(time, time, time, time, time);
      Look look =
          look(
              NUMBERS,
              Optional.of(new Drawn(history.size(), null)),
              seen(history, moments),
              moments,
              memory);
      memory = look.memory();
      high = look.high();
    }
    assertThat(high).isEqualTo("" + (history.size() + 1));
  }

  /**
   * A clock set back once. No row of a transaction that began before a look that went well is lost;
   * one that began after the last look that did is what the refusal of the next is about.
   */
  @Property(tries = 1000)
  void look_shouldRefuseAClockSetBack_orLoseNothing(@ForAll long seed) throws SQLException {
    Random random = new Random(seed);
    int step = random.nextInt(2 * END);
    int by = random.nextInt(3_000);
    List<Transaction> history = history(random);
    Map<Integer, Instant> closedAt = new TreeMap<>();
    String memory = "";
    int lastLook = 0;
    boolean refused = false;
    Iterator<Integer> begins = begins(random).iterator();
    while (begins.hasNext() && !refused) {
      Moments moments = Moments.from(begins.next(), random);
      Sighting sighting = seen(history, moments);
      Sighting shown =
          new Sighting(
              set(sighting.clock(), step, by),
              sighting.open().stream()
                  .map(each -> new Open(set(each.since(), step, by), each.holder()))
                  .toList(),
              sighting.prepared(),
              List.of());
      try {
        Look look = look(TIMES, Optional.empty(), shown, moments, memory);
        memory = look.memory();
        lastLook = moments.clock();
        if (look.high() != null) {
          closedAt.put(moments.last(), instant(look.high()));
        }
      } catch (HorizonException e) {
        refused = true;
      }
    }
    for (Map.Entry<Integer, Instant> each : closedAt.entrySet()) {
      int last = lastLook;
      assertThat(history)
          .filteredOn(late -> late.end() > each.getKey() && late.begin() <= last)
          .noneMatch(late -> set(at(late.begin()), step, by).isBefore(each.getValue()));
    }
  }

  private static Instant set(Instant time, int step, int by) {
    return time.isBefore(at(step)) ? time : time.minusMillis(by);
  }

  private static Set<Integer> begins(Random random) {
    Set<Integer> begins = new TreeSet<>();
    int count = 2 + random.nextInt(60);
    int step = 1 + random.nextInt(2 * END / count);
    for (int i = 0; i < count; i++) {
      // No look begins before the one before has ended.
      begins.add(i * Math.max(step, 160) + random.nextInt(Math.max(1, step - 159)));
    }
    return begins;
  }

  private static Look look(
      Cursor cursor, Optional<Drawn> drawn, Sighting seen, Moments moments, String memory)
      throws SQLException {
    ClosingByClock closing = new ClosingByClock(TABLE, "c", false, cursor, RULES);
    return closing.settle(
        Memory.parse(memory, TABLE + ".c"),
        drawn,
        seen,
        machine(moments.sequence()),
        machine(moments.last()),
        (instant, zones) -> EarliestLocalTime.utc(instant));
  }
}
