// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GateTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  /** Enters on a thread of its own. */
  private static CountDownLatch entering(Gate gate) {
    CountDownLatch entered = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                gate.enter();
                entered.countDown();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
    return entered;
  }

  private static boolean comesIn(CountDownLatch entered) throws InterruptedException {
    return entered.await(20, TimeUnit.SECONDS);
  }

  private static boolean waits(CountDownLatch entered) throws InterruptedException {
    return !entered.await(200, TimeUnit.MILLISECONDS);
  }

  @Test
  void enter_shouldWaitForRoom() throws Exception {
    Gate gate = new Gate("pool", 2, LONG);
    gate.enter();
    gate.enter();
    CountDownLatch third = entering(gate);

    assertThat(waits(third)).isTrue();
    gate.leave();
    assertThat(comesIn(third)).isTrue();
  }

  @Test
  void enter_shouldWaitForLongerThanPatience_byNoMeans() throws Exception {
    Gate gate = new Gate("pool", 1, Duration.ofMillis(300));
    gate.enter();

    assertThat(comesIn(entering(gate))).isTrue();
  }

  @Test
  void congested_shouldLetFewerIn_andSayWhy() throws Exception {
    Gate gate = new Gate("write pool of db", 4, LONG);
    for (int i = 0; i < 4; i++) {
      gate.enter();
    }
    long before = Measure.THROTTLES.totals().getOrDefault("lock_waits", 0L);
    gate.congested(Gate.Reason.LOCK_WAITS, "they wait");

    assertThat(gate.limit()).isEqualTo(2);
    assertThat(Measure.THROTTLES.totals()).containsEntry("lock_waits", before + 1);
    assertThat(Events.latest())
        .filteredOn(event -> event.kind().equals("throttle"))
        .extracting(Events.Event::text)
        .contains("2 at a time in the write pool of db for lock waits: they wait");
    double waited = Gate.throttledSeconds();
    CountDownLatch next = entering(gate);
    while (gate.waiting() == 0) {
      Thread.onSpinWait();
    }
    gate.leave();
    gate.leave();
    assertThat(waits(next)).as("two are in, and two may be").isTrue();
    gate.leave();
    assertThat(comesIn(next)).isTrue();
    assertThat(Gate.throttledSeconds()).isGreaterThan(waited + 0.1);
  }

  @Test
  void shut_shouldLetNobodyInForAWhile() throws Exception {
    Gate gate = new Gate("pool", 4, LONG);
    gate.shut(Duration.ofSeconds(2), Gate.Reason.REPLICA_LAG, "b is 40 s behind");
    CountDownLatch next = entering(gate);

    assertThat(waits(next)).isTrue();
    assertThat(comesIn(next)).isTrue();
  }
}
