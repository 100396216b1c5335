// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.Slots.Claim;
import dev.millrace.control.Slots.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotsTest {

  private static final long AGEING = 1_000;
  private static final long NEVER = Long.MAX_VALUE;

  private static Slots slots(int capacity) {
    return new Slots(capacity, Duration.ofNanos(AGEING));
  }

  @Test
  void next_shouldBeTheMoreUrgent_andTheFirstOfThose() {
    Slots slots = slots(1);
    Claim low = slots.ask(1, 0, 0, NEVER);
    Claim high = slots.ask(1, 1, 0, NEVER);
    Claim later = slots.ask(1, 1, 0, NEVER);
    assertThat(slots.next()).isSameAs(high);
    assertThat(slots.next()).isNull();
    slots.release(high);
    assertThat(slots.next()).isSameAs(later);
    slots.release(later);
    assertThat(slots.next()).isSameAs(low);
  }

  @Test
  void next_shouldBeTheOlder_onceItHasWaitedForThePriorityOfTheOther() {
    Slots slots = slots(1);
    Claim old = slots.ask(1, 0, 0, NEVER);
    Claim urgent = slots.ask(1, 3, 3 * AGEING + 1, NEVER);
    assertThat(slots.next()).isSameAs(old);
    assertThat(urgent.state()).isEqualTo(State.WAITING);
  }

  @Test
  void next_shouldLetNobodyPastTheFirst() {
    Slots slots = slots(4);
    slots.ask(2, 0, 0, NEVER);
    Claim heavy = slots.ask(3, 0, 1, NEVER);
    slots.ask(1, 0, 2, NEVER);
    Claim first = slots.next();
    assertThat(slots.next()).isNull();
    assertThat(slots.used()).isEqualTo(2);
    slots.release(requireNonNull(first));
    assertThat(slots.next()).isSameAs(heavy);
  }

  @Test
  void next_shouldGiveTheTooHeavyItsTurnAlone_whenThePoolWasMadeSmaller() {
    Slots slots = slots(4);
    Claim light = slots.ask(1, 0, 0, NEVER);
    Claim heavy = slots.ask(4, 0, 1, NEVER);
    assertThat(slots.next()).isSameAs(light);
    slots.resize(2);
    assertThat(slots.next()).isNull();
    slots.release(light);
    assertThat(slots.next()).isSameAs(heavy);
    assertThat(slots.ask(1, 0, 2, NEVER).state()).isEqualTo(State.WAITING);
    assertThat(slots.next()).isNull();
  }

  @Test
  void expire_shouldEndTheWaitingOfThoseWhoseDeadlineCame() {
    Slots slots = slots(1);
    Claim held = slots.ask(1, 0, 0, 10);
    slots.next();
    Claim soon = slots.ask(1, 0, 1, 10);
    Claim late = slots.ask(1, 0, 2, 11);
    assertThat(slots.expire(10)).containsExactly(soon);
    assertThat(held.state()).isEqualTo(State.HELD);
    slots.release(soon);
    assertThat(soon.state()).isEqualTo(State.EXPIRED);
    slots.release(held);
    assertThat(slots.next()).isSameAs(late);
  }

  @Test
  void release_shouldCountOnce() {
    Slots slots = slots(2);
    Claim claim = slots.ask(2, 0, 0, NEVER);
    slots.next();
    slots.release(claim);
    slots.release(claim);
    assertThat(slots.used()).isZero();
  }

  @Test
  void ask_shouldRefuse() {
    assertThatThrownBy(() -> slots(0)).hasMessage("Invalid slots: 0 (must be 1 or more)");
    assertThatThrownBy(() -> slots(1).ask(0, 0, 0, NEVER))
        .hasMessage("Invalid weight: 0 (must be 1 or more)");
    assertThatThrownBy(() -> slots(1).ask(1, 1_001, 0, NEVER))
        .hasMessage("Invalid priority: 1001 (must be from -1000 to 1000)");
  }

  /** The same decisions, by looking at all who wait each time, at what time it is. */
  private static final class Naive {

    private record Waiting(Claim claim, int priority, long asked, long deadline) {

      double urgency(long now) {
        return priority + (now - asked) / (double) AGEING;
      }
    }

    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Claim> holding = new ArrayList<>();

    int used() {
      return holding.stream().mapToInt(Claim::weight).sum();
    }

    List<Claim> next(int capacity, long now) {
      List<Claim> given = new ArrayList<>();
      while (!waiting.isEmpty()) {
        Waiting first = waiting.get(0);
        for (Waiting each : waiting) {
          // In the order they came, so that of equals the first stays.
          if (each.urgency(now) > first.urgency(now) + 1e-7) {
            first = each;
          }
        }
        if (!holding.isEmpty() && used() + first.claim.weight() > capacity) {
          break;
        }
        waiting.remove(first);
        holding.add(first.claim);
        given.add(first.claim);
      }
      return given;
    }
  }

  /** A million events in all; each seed is another size of pool. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void slots_shouldDecideAsTheNaiveDo_andLoseNone(long seed) {
    Random random = new Random(seed);
    int capacity = 1 + random.nextInt(12);
    Slots slots = slots(capacity);
    Naive naive = new Naive();
    long now = 0;
    for (int event = 0; event < 100_000; event++) {
      now += random.nextInt(200);
      int kind = random.nextInt(100);
      // As many come as go, and now and then none goes for a while.
      if (kind < 45 && naive.waiting.size() < 60) {
        int weight = 1 + random.nextInt(random.nextInt(10) == 0 ? 15 : 3);
        int priority = random.nextInt(5) - 2;
        long deadline = random.nextInt(4) == 0 ? now + random.nextInt(5_000) : NEVER;
        Claim claim = slots.ask(weight, priority, now, deadline);
        naive.waiting.add(new Naive.Waiting(claim, priority, now, deadline));
      } else if (kind < 90 && !naive.holding.isEmpty()) {
        slots.release(naive.holding.remove(random.nextInt(naive.holding.size())));
      } else if (kind < 93 && !naive.waiting.isEmpty()) {
        slots.release(naive.waiting.remove(random.nextInt(naive.waiting.size())).claim);
      } else if (kind < 95) {
        capacity = 1 + random.nextInt(12);
        slots.resize(capacity);
      }
      assertSame(slots, naive, capacity, now);
    }
    // Nobody is left, once nobody comes and all who have their turn end it.
    while (!naive.holding.isEmpty()) {
      slots.release(naive.holding.remove(random.nextInt(naive.holding.size())));
      assertSame(slots, naive, capacity, now);
    }
    assertThat(slots.waiting()).isZero();
    assertThat(slots.used()).isZero();
  }

  private static void assertSame(Slots slots, Naive naive, int capacity, long now) {
    List<Claim> expired = slots.expire(now);
    naive.waiting.removeIf(each -> each.deadline <= now && expired.contains(each.claim));
    List<Claim> given = new ArrayList<>();
    for (Claim claim = slots.next(); claim != null; claim = slots.next()) {
      given.add(claim);
    }
    if (!given.equals(naive.next(capacity, now))
        || slots.used() != naive.used()
        || slots.waiting() != naive.waiting.size()
        || naive.waiting.stream().anyMatch(each -> each.deadline <= now)
        || naive.waiting.stream().anyMatch(each -> each.claim.state() != State.WAITING)
        || naive.holding.stream().anyMatch(each -> each.state() != State.HELD)
        || (naive.holding.size() > 1 && !given.isEmpty() && slots.used() > capacity)) {
      throw new AssertionError(
          "At %d: given %s, used %d of %d, waiting %d; naive: used %d, waiting %d"
              .formatted(
                  now,
                  given.stream().map(Claim::weight).toList(),
                  slots.used(),
                  capacity,
                  slots.waiting(),
                  naive.used(),
                  naive.waiting.size()));
    }
  }
}
