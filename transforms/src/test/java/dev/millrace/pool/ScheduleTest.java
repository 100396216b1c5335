// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ScheduleTest {

  private final List<String> order = new CopyOnWriteArrayList<>();

  private Object done(String name) {
    return order.add(name);
  }

  private static Object forever() throws InterruptedException {
    new CountDownLatch(1).await();
    throw new AssertionError("a latch that nobody counts down");
  }

  @Test
  void run_shouldDoEachTaskAfterThoseBeforeIt() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    List<Schedule.Done> all =
        Schedule.of(2)
            .task("bronze", () -> done("bronze"))
            .task(
                "silver",
                () -> {
                  both.countDown();
                  return both.await(60, TimeUnit.SECONDS) && order.add("silver");
                },
                "bronze")
            .task(
                "weather",
                () -> {
                  // Side by side with silver, or both wait in vain.
                  both.countDown();
                  return both.await(60, TimeUnit.SECONDS) && order.add("weather");
                })
            .task("gold", () -> done("gold"), "silver", "weather")
            .run();

    assertThat(order).hasSize(4).startsWith("bronze").endsWith("gold");
    Schedule.Done gold = all.get(3);
    assertThat(gold.task()).isEqualTo("gold");
    assertThat(gold.after()).isIn("silver", "weather");
    assertThat(gold.sentence())
        .matches("gold waited .* s for (silver|weather) and .* s for a worker, and took .* s");
    assertThat(all.get(0).sentence()).matches("bronze waited .* s for a worker, and took .* s");
  }

  @Test
  void run_shouldTryAgain_andSayHowOften() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    List<Schedule.Done> all =
        Schedule.of(1)
            .retries(2, Duration.ofMillis(1))
            .task(
                "flaky",
                () -> {
                  if (calls.incrementAndGet() < 3) {
                    throw new IllegalStateException("not yet");
                  }
                  return true;
                })
            .run();
    assertThat(all.get(0).attempts()).isEqualTo(3);
    assertThat(all.get(0).sentence()).endsWith(" in 3 attempts");
  }

  @Test
  void run_shouldEndAllOthers_whenATaskFailsForGood() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Schedule schedule =
        Schedule.of(2)
            .retries(1, Duration.ZERO)
            .task(
                "long",
                () -> {
                  begun.countDown();
                  try {
                    return forever();
                  } catch (InterruptedException stopped) {
                    interrupted.countDown();
                    throw stopped;
                  }
                })
            .task(
                "bad",
                () -> {
                  begun.await();
                  throw new IllegalStateException("the disk is full");
                })
            .task("never", () -> done("never"), "bad");
    assertThatThrownBy(schedule::run)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage("Cannot bad: the disk is full, at attempt 2")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    assertThat(order).isEmpty();
    assertThat(await(interrupted)).as("interrupted").isTrue();
  }

  @Test
  void run_shouldLeaveOutOnlyWhatComesAfterAFailure_whenItKeepsGoing() throws Exception {
    List<Schedule.Done> all =
        Schedule.of(2)
            .keepGoing()
            .task(
                "bad",
                () -> {
                  throw new IllegalStateException("the disk is full");
                })
            .task("after", () -> done("after"), "bad")
            .task("later", () -> done("later"), "after")
            .task("good", () -> done("good"))
            .task("both", () -> done("both"), "good", "later")
            .task("fine", () -> done("fine"), "good")
            .run();

    assertThat(order).containsExactly("good", "fine");
    assertThat(all).hasSize(6);
    assertThat(all)
        .filteredOn(task -> task.failure() != null)
        .extracting(Schedule.Done::task)
        .containsExactlyInAnyOrder("bad", "after", "later", "both");
    assertThat(all)
        .filteredOn(task -> task.task().equals("after"))
        .singleElement()
        .satisfies(
            after -> {
              assertThat(after.sentence()).isEqualTo("after never began, as bad failed");
              assertThat(after.failure()).hasMessage("Cannot bad: the disk is full");
            });
    assertThat(all)
        .filteredOn(task -> task.task().equals("bad"))
        .singleElement()
        .satisfies(bad -> assertThat(bad.sentence()).contains("and failed after"));
  }

  @Test
  void run_shouldWaitForWhatItInterrupted() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Schedule schedule =
        Schedule.of(1)
            .task(
                "slow to end",
                () -> {
                  begun.countDown();
                  try {
                    return forever();
                  } catch (InterruptedException stopped) {
                    new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
                    return done("ended");
                  }
                });
    Thread runner = Thread.currentThread();
    Thread stopper =
        new Thread(
            () -> {
              await(begun);
              runner.interrupt();
            });
    stopper.start();

    assertThatThrownBy(schedule::run).isInstanceOf(InterruptedException.class);
    assertThat(order).containsExactly("ended");
    stopper.join();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
  }

  @Test
  void run_shouldEndATask_whenItsTimeIsOver() {
    Schedule schedule =
        Schedule.of(1).timeout(Duration.ofMillis(100)).task("long", ScheduleTest::forever);
    assertThatThrownBy(schedule::run).cause().hasMessage("Cannot long: it took longer than 0.1 s");
  }

  @Test
  void task_shouldRefuseWhatCannotBe() {
    Schedule one = Schedule.of(1).task("a", () -> done("a"));
    assertThatThrownBy(() -> one.task("a", () -> done("a")))
        .hasMessage("Invalid task: a (must be named once)");
    assertThatThrownBy(() -> one.task("b", () -> done("b"), "c"))
        .hasMessage("Invalid task: b after c (must be after one of a)");
    assertThatThrownBy(() -> Schedule.of(0))
        .hasMessage("Invalid workers: 0 (must be from 1 to 1000)");
  }

  /** Graphs by chance: each task once, none before those it comes after, never too many at once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void run_shouldKeepToTheGraph_whateverItIs(long seed) throws Exception {
    Random random = new Random(seed);
    int workers = 1 + random.nextInt(4);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Set<String> ended = ConcurrentHashMap.newKeySet();
    Schedule schedule = Schedule.of(workers);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Set<String> after = new HashSet<>();
      for (int j = random.nextInt(4); j > 0 && !names.isEmpty(); j--) {
        after.add(names.get(random.nextInt(names.size())));
      }
      String name = "task-" + i;
      schedule =
          schedule.task(
              name,
              () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                assertThat(ended).containsAll(after);
                now.decrementAndGet();
                return ended.add(name);
              },
              after.toArray(String[]::new));
      names.add(name);
    }
    assertThat(schedule.run()).hasSize(200);
    assertThat(ended).hasSize(200);
    assertThat(most.get()).isLessThanOrEqualTo(workers);
  }
}
