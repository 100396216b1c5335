// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.Gauge;
import dev.millrace.control.Resource;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcePoolTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String PROPERTY = "millrace.pool.test";

  @AfterEach
  void clear() {
    System.clearProperty(PROPERTY);
  }

  private static PoolSpec spec(int slots) {
    return PoolSpec.of("test", slots);
  }

  private static Object gauge(String state) {
    String name = Measure.labelled("millrace_slots", "pool", "test", "state", state);
    Gauge<?> gauge = requireNonNull(Measure.registry().getGauges().get(name), name);
    return gauge.getValue();
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "pool-test");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static void awaitWaiting(int count) {
    while (!gauge("waiting").equals(count)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void acquire_shouldGiveSlotsByPriority_andShowThem() throws Exception {
    try (ResourcePool pool = ResourcePool.share(spec(1))) {
      ResourcePool.Held first = pool.acquire("run a", 1, 0, LONG);
      assertThat(gauge("used")).isEqualTo(1);
      List<String> order = new CopyOnWriteArrayList<>();
      FutureTask<Boolean> low = start(() -> enter(pool, "low", -1_000, order));
      awaitWaiting(1);
      FutureTask<Boolean> high = start(() -> enter(pool, "high", 1_000, order));
      awaitWaiting(2);
      first.close();
      assertThat(low.get(1, TimeUnit.MINUTES)).isTrue();
      assertThat(high.get(1, TimeUnit.MINUTES)).isTrue();
      assertThat(order).containsExactly("high", "low");
      assertThat(gauge("used")).isEqualTo(0);
      assertThat(gauge("capacity")).isEqualTo(1);
    }
    assertThat(Measure.registry().getNames()).noneMatch(name -> name.contains("pool=\"test\""));
  }

  private static boolean enter(ResourcePool pool, String name, int priority, List<String> order)
      throws Exception {
    ResourcePool.Held held = pool.acquire("run " + name, 1, priority, LONG);
    order.add(name);
    held.close();
    return true;
  }

  @Test
  void acquire_shouldEndAtItsDeadline_namingWhoHoldsTheSlots() throws Exception {
    try (ResourcePool pool = ResourcePool.share(spec(3))) {
      ResourcePool.Held one = pool.acquire("score rows", 2, 0, LONG);
      assertThatThrownBy(() -> pool.acquire("post rows", 2, 0, Duration.ofMillis(50)))
          .isInstanceOf(TimeoutException.class)
          .hasMessage(
              "Cannot post rows: 2 of the 3 slots of pool test were not free within 0.05 s;"
                  + " score rows has 2 for 0 s");
      // Who came and went holds up nobody.
      pool.acquire("post a row", 1, 0, Duration.ofMillis(50)).close();
      one.close();
      pool.acquire("post rows", 3, 0, Duration.ofMillis(50)).close();
    }
  }

  @Test
  void acquire_shouldEnd_whenItsThreadIsInterrupted() throws Exception {
    try (ResourcePool pool = ResourcePool.share(spec(1))) {
      ResourcePool.Held held = pool.acquire("run a", 1, 0, LONG);
      FutureTask<Boolean> task = new FutureTask<>(() -> enter(pool, "b", 0, List.of()));
      Thread thread = new Thread(task);
      thread.start();
      awaitWaiting(1);
      thread.interrupt();
      assertThatThrownBy(() -> task.get(1, TimeUnit.MINUTES))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(gauge("waiting")).isEqualTo(0);
      held.close();
      pool.acquire("run c", 1, 0, Duration.ofMillis(50)).close();
    }
  }

  @Test
  void share_shouldRefuseAnotherSize() {
    try (ResourcePool pool = ResourcePool.share(spec(3))) {
      assertThatThrownBy(() -> ResourcePool.share(spec(4)))
          .hasMessage("Cannot open pool test of 4 slots: it is open in this JVM, of 3");
      ResourcePool.share(spec(3)).close();
      assertThat(pool.capacity()).isEqualTo(3);
    }
    ResourcePool.share(spec(4)).close();
  }

  @ParameterizedTest
  @CsvSource({"8, 8", "2-6, 6", "' 5 ', 5"})
  void share_shouldLeaveTheSizeToTheOperator(String size, int capacity) {
    System.setProperty(PROPERTY, size);
    try (ResourcePool pool = ResourcePool.share(spec(3))) {
      assertThat(pool.capacity()).isEqualTo(capacity);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"many", "1-2-3", "-1", "1.5"})
  void share_shouldRefuseASizeOfAnotherForm(String size) {
    System.setProperty(PROPERTY, size);
    assertThatThrownBy(() -> ResourcePool.share(spec(3)))
        .hasMessage("Invalid MILLRACE_POOL_TEST: " + size + " (must be as 8, or as 2-8)");
  }

  @Test
  void resize_shouldBeAnEventWithItsReason_andLetMoreIn() throws Exception {
    try (ResourcePool pool = ResourcePool.share(spec(1))) {
      ResourcePool.Held held = pool.acquire("run a", 1, 0, LONG);
      FutureTask<Boolean> task = start(() -> enter(pool, "b", 0, new CopyOnWriteArrayList<>()));
      awaitWaiting(1);
      ResourcePool.open().forEach(each -> each.resize(3, "the disk is idle"));
      assertThat(task.get(1, TimeUnit.MINUTES)).isTrue();
      assertThat(pool.capacity()).isEqualTo(3);
      held.close();
    }
    assertThat(Events.latest())
        .anySatisfy(
            event -> {
              assertThat(event.kind()).isEqualTo("pool");
              assertThat(event.text()).isEqualTo("test has 3 slots instead of 1: the disk is idle");
            });
  }

  @Test
  void spec_shouldRefuse() {
    assertThatThrownBy(() -> PoolSpec.of("Mine", 1))
        .hasMessage(
            "Invalid name of a pool: Mine (must be 1 to 30 lower-case letters, digits and -, the"
                + " first of them a letter)");
    assertThatThrownBy(() -> new PoolSpec("mine", 3, 2, Resource.IO))
        .hasMessage(
            "Invalid slots of pool mine: 3 to 2 (must be from 1 to 10000, the lower first)");
  }
}
