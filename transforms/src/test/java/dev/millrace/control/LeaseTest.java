// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Slots.Claim;
import dev.millrace.control.Slots.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseTest {

  private static final long NEVER = Long.MAX_VALUE;
  private static final long LINGER = Lease.LINGER.toNanos();

  private final Slots slots = new Slots(4, Duration.ofSeconds(1));
  private final Lease lease = new Lease(slots);

  private Claim have(int weight) {
    Claim claim = slots.ask(weight, 0, 0, NEVER);
    lease.take(weight, 0);
    assertThat(lease.isEnough()).isTrue();
    assertThat(slots.next()).isSameAs(claim);
    lease.used();
    return claim;
  }

  @Test
  void wanted_shouldBeWhatAllInLineNeed_upToWhatThereIs() {
    assertThat(lease.wanted()).isZero();
    slots.ask(1, 0, 0, NEVER);
    assertThat(lease.wanted()).isEqualTo(1);
    slots.ask(2, 0, 0, NEVER);
    assertThat(lease.wanted()).isEqualTo(3);
    slots.ask(2, 0, 0, NEVER);
    assertThat(lease.wanted()).isEqualTo(4);
    lease.take(1, 0);
    assertThat(lease.wanted()).isZero();
  }

  @Test
  void wanted_shouldBeNone_whileThisProcessHasAllItself() {
    have(3);
    slots.ask(2, 0, 0, NEVER);
    assertThat(lease.isEnough()).isFalse();
    assertThat(lease.wanted()).isZero();
  }

  @Test
  void giveBack_shouldBeOfWhatNobodyUsedForAWhile() {
    Claim one = have(1);
    slots.release(have(1));
    lease.used();
    assertThat(lease.giveBack(LINGER - 1)).isZero();
    // It was used within the first while, and not within the second.
    assertThat(lease.giveBack(LINGER)).isZero();
    assertThat(lease.lingers(LINGER)).isEqualTo(LINGER);
    assertThat(lease.giveBack(2 * LINGER)).isEqualTo(1);
    slots.release(one);
    lease.used();
    assertThat(lease.leased()).isEqualTo(1);
  }

  @Test
  void giveBack_shouldBeAtOnce_whenOthersWait_whoAreNextThen() {
    Claim claim = have(2);
    lease.othersWait(true);
    assertThat(lease.giveBack(1)).isZero();
    slots.release(claim);
    lease.used();
    slots.ask(1, 0, 0, NEVER);
    assertThat(lease.isEnough()).isFalse();
    assertThat(lease.lingers(1)).isZero();
    assertThat(lease.giveBack(1)).isEqualTo(2);
    assertThat(lease.wanted()).isEqualTo(1);
    lease.take(1, 2);
    assertThat(lease.isEnough()).isTrue();
  }

  @Test
  void lose_shouldHaveTheNextWaitForAllThatIsUsed() {
    have(2);
    lease.lose();
    slots.ask(1, 0, 0, NEVER);
    assertThat(lease.giveBack(10 * LINGER)).isZero();
    assertThat(lease.wanted()).isEqualTo(3);
  }

  /** A process of a simulation, in steps of a millisecond. */
  private static final class Jvm {
    private final Slots slots;
    private final Lease lease;
    private final List<Worker> workers = new ArrayList<>();
    private int asks;
    private int longest;
    private int served;

    Jvm(int capacity, List<Integer> weights) {
      slots = new Slots(capacity, Duration.ofSeconds(1));
      lease = new Lease(slots);
      weights.forEach(weight -> workers.add(new Worker(weight)));
    }

    void deal() {
      while (lease.isEnough() && slots.next() != null) {
        lease.used();
      }
      lease.used();
    }
  }

  private static final class Worker {
    private final int weight;
    private @Nullable Claim claim;
    private int since;
    private int until;

    Worker(int weight) {
      this.weight = weight;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void lease_shouldLetAllHaveTheirTurn_andNeverMoreThanThereAre(long seed) {
    Random random = new Random(seed);
    int all = 3;
    List<Jvm> processes =
        List.of(
            new Jvm(all, List.of(1, 1, 1, 1)),
            new Jvm(all, List.of(1, 1)),
            new Jvm(all, List.of(3)),
            new Jvm(all, List.of(2, 1)));
    Jvm turn = null;
    for (int now = 1; now < 120_000; now++) {
      long nanos = Duration.ofMillis(now).toNanos();
      for (Jvm process : processes) {
        work(process, now, random);
        if (process != turn) {
          process.lease.giveBack(nanos);
        }
        if (now % 250 == 0 && process != turn) {
          process.lease.othersWait(
              processes.stream().anyMatch(other -> other != process && other.lease.wanted() > 0));
        }
        int wanted = process.lease.wanted();
        if (wanted == 0 && turn == process) {
          turn = null;
        }
        if (wanted > 0 && now >= process.asks && (turn == null || turn == process)) {
          int free = all - processes.stream().mapToInt(each -> each.lease.leased()).sum();
          process.lease.take(Math.min(free, wanted), nanos);
          turn = process.lease.isEnough() ? null : process;
          process.deal();
        }
        if (now >= process.asks) {
          process.asks = now + 10 + random.nextInt(20);
        }
        assertThat(process.slots.used()).isLessThanOrEqualTo(process.lease.leased());
      }
      assertThat(processes.stream().mapToInt(each -> each.lease.leased()).sum())
          .isLessThanOrEqualTo(all);
    }
    assertThat(processes)
        .allSatisfy(
            process -> {
              assertThat(process.longest).isLessThan(10_000);
              assertThat(process.served).isGreaterThan(100);
            });
  }

  private static void work(Jvm process, int now, Random random) {
    for (Worker worker : process.workers) {
      if (worker.claim == null) {
        worker.claim = process.slots.ask(worker.weight, 0, Duration.ofMillis(now).toNanos(), NEVER);
        worker.since = now;
        worker.until = 0;
      }
      process.deal();
      if (requireNonNull(worker.claim).state() == State.HELD && worker.until == 0) {
        process.longest = Math.max(process.longest, now - worker.since);
        process.served++;
        worker.until = now + 1 + random.nextInt(20);
      }
      if (worker.until > 0 && now >= worker.until) {
        process.slots.release(requireNonNull(worker.claim));
        worker.claim = null;
        process.deal();
      }
    }
  }
}
