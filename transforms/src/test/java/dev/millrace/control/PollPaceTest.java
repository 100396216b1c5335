// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollPaceTest {

  private static final double HALF = 0.5;

  @Test
  void pause_shouldGrowWithThoseWhoWait_andShrinkWithTheWait() {
    assertThat(PollPace.pause(1, Duration.ZERO, HALF)).isEqualTo(Duration.ofMillis(20));
    assertThat(PollPace.pause(100, Duration.ZERO, HALF)).isEqualTo(Duration.ofMillis(500));
    assertThat(PollPace.pause(100, Duration.ofSeconds(5), HALF)).isEqualTo(Duration.ofMillis(250));
    assertThat(PollPace.pause(100, Duration.ofHours(1), HALF))
        .isEqualTo(Duration.ofNanos(62_500_000));
    assertThat(PollPace.pause(1_000_000, Duration.ZERO, HALF)).isEqualTo(Duration.ofSeconds(10));
    assertThat(PollPace.pause(100, Duration.ZERO, 0)).isEqualTo(Duration.ofMillis(250));
    assertThat(PollPace.pause(100, Duration.ZERO, 1)).isEqualTo(Duration.ofMillis(750));
  }

  /**
   * Workers that all always want one of the slots, use it for a turn and give it back. One in a
   * hundred dies with it, and its slot is free only when the server finds out.
   */
  private static final class Workers {
    private static final int SLOTS = 20;
    private static final long MINUTE = 60_000;

    /** How long a slot is used at a time, and how long a dead worker's is lost, in ms. */
    private static final long TURN = 250;

    private static final long DEAD = 60_000;

    private record Event(long at, int worker, boolean isGivingBack) {}

    private final Random random = new Random(42);
    private final PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingLong(Event::at));
    private final Queue<Long> lost = new ArrayDeque<>();
    private final long[] since;
    private final int[] turns;
    private int free = SLOTS;
    private long asked;
    private long longest;

    Workers(int number) {
      since = new long[number];
      turns = new int[number];
      for (int worker = 0; worker < number; worker++) {
        events.add(new Event(random.nextInt(1000), worker, false));
      }
    }

    private void run(long end) {
      for (Event event = events.remove(); event.at() < end; event = events.remove()) {
        while (!lost.isEmpty() && lost.element() <= event.at()) {
          lost.remove();
          free++;
        }
        assertThat(free).isBetween(0, SLOTS);
        if (event.isGivingBack()) {
          giveBack(event);
        } else {
          ask(event);
        }
      }
    }

    private void ask(Event event) {
      asked++;
      long waited = event.at() - since[event.worker()];
      longest = Math.max(longest, waited);
      if (free > 0) {
        free--;
        turns[event.worker()]++;
        events.add(new Event(event.at() + TURN, event.worker(), true));
      } else {
        again(event, Duration.ofMillis(waited));
      }
    }

    private void giveBack(Event event) {
      if (random.nextInt(100) == 0) {
        lost.add(event.at() + DEAD);
      } else {
        free++;
      }
      since[event.worker()] = event.at();
      again(event, Duration.ZERO);
    }

    private void again(Event event, Duration waited) {
      Duration pause = PollPace.pause(since.length - SLOTS, waited, random.nextDouble());
      events.add(new Event(event.at() + pause.toMillis(), event.worker(), false));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 200, 1000})
  void pause_shouldLetNobodyStarve_norAskTooMuch(int number) {
    long minutes = 30;
    Workers workers = new Workers(number);
    workers.run(minutes * Workers.MINUTE);

    int[] turns = workers.turns;
    double mean = Arrays.stream(turns).average().orElseThrow();
    double squares = Arrays.stream(turns).mapToDouble(each -> (double) each * each).sum();
    double fairness = mean * mean * number / squares;
    assertThat(fairness).as("Jain's index of turns").isGreaterThan(0.9);
    assertThat(Arrays.stream(turns).min().orElseThrow()).isGreaterThan((int) (mean / 3));
    assertThat(workers.longest)
        .as(
            "the longest wait, in ms, for turns that come every %.0f ms",
            minutes * Workers.MINUTE / mean)
        .isLessThan((long) (15 * minutes * Workers.MINUTE / mean));
    assertThat(workers.asked / (minutes * 60.0)).as("asked in a second").isLessThan(1000);
  }
}
