// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each run stands for a process: what it has of connections it shares with no other. */
@Timeout(120)
class CeilingOnPostgresTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static ConnectionSpec spec(String run, Ceiling ceiling) {
    return ConnectionSpec.of(POSTGRES.jdbcUrl()).withRun(run).withCeiling(ceiling);
  }

  private static ConnectionSpec hurried(String run, Ceiling ceiling) {
    return spec(run, ceiling).withTimeouts(Timeouts.DEFAULT.withAcquire(Duration.ofSeconds(5)));
  }

  private static void work(Pool.Acquired acquired, int millis) throws SQLException {
    try (PreparedStatement sleep =
        acquired.connection().prepareStatement("SELECT pg_sleep(? / 1000.0)")) {
      sleep.setInt(1, millis);
      sleep.execute();
    }
  }

  /** The most sessions of ours that there were at any time, until told that it is over. */
  private static int most(AtomicBoolean isOver, String runs) throws Exception {
    int most = 0;
    try (Connection watch = POSTGRES.connection();
        PreparedStatement count =
            watch.prepareStatement(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ ?")) {
      count.setString(1, "^millrace (READ|WRITE|watch) " + runs);
      while (!isOver.get()) {
        try (ResultSet row = count.executeQuery()) {
          row.next();
          most = Math.max(most, row.getInt(1));
        }
        Thread.sleep(10);
      }
    }
    return most;
  }

  @Test
  void acquire_shouldKeepAllProcessesBelowTheCeiling_andLetEachHaveItsTurn() throws Exception {
    Ceiling ceiling = new Ceiling("bound", 6);
    int processes = 5;
    int threadsOfEach = 3;
    AtomicBoolean isOver = new AtomicBoolean();
    Future<Integer> most = threads.submit(() -> most(isOver, "bound"));
    List<AtomicInteger> turns = new ArrayList<>();
    List<Future<?>> working = new ArrayList<>();
    long end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
    for (int i = 0; i < processes; i++) {
      ConnectionSpec spec = spec("bound" + i, ceiling);
      Quota quota = i % 2 == 0 ? Quota.WRITE : Quota.READ;
      AtomicInteger done = new AtomicInteger();
      turns.add(done);
      Pool pool = Pool.share(spec, quota);
      List<Future<?>> own = new ArrayList<>();
      for (int j = 0; j < threadsOfEach; j++) {
        own.add(
            threads.submit(
                () -> {
                  while (System.nanoTime() < end) {
                    try (Pool.Acquired acquired = pool.acquire("test")) {
                      work(acquired, 20);
                      done.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      working.add(
          threads.submit(
              () -> {
                for (Future<?> each : own) {
                  each.get();
                }
                pool.close();
                return null;
              }));
    }
    for (Future<?> each : working) {
      each.get(60, TimeUnit.SECONDS);
    }
    isOver.set(true);

    assertThat(most.get(10, TimeUnit.SECONDS)).isBetween(4, 6 + processes);
    assertThat(turns).allSatisfy(done -> assertThat(done.get()).isGreaterThan(5));
  }

  @Test
  void acquire_shouldNameTheHolders_whenTheCeilingIsReached() throws Exception {
    Ceiling ceiling = new Ceiling("named", 3);
    try (Pool writers = Pool.share(spec("run7", ceiling), Quota.WRITE);
        Pool.Acquired one = writers.acquire("write public.a");
        Pool.Acquired two = writers.acquire("write public.a");
        Pool.Acquired three = writers.acquire("write public.b");
        Pool others = Pool.share(hurried("run8", ceiling), Quota.WRITE)) {
      three.limitLocks();
      String us = ApplicationName.WORKER;

      assertThatThrownBy(() -> others.acquire("write public.c").close())
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessage(
              "Cannot get a connection from the write pool of %s: none was free within 5 s; 0 of 3"
                      .formatted(hurried("run8", ceiling))
                  + " are out; pool named has 3 at most, held by millrace WRITE run7 "
                  + us
                  + " (2), millrace WRITE run7 "
                  + us
                  + " write public.b");
      assertThatThrownBy(() -> hurried("run8", ceiling).connect("plan public.c").close())
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("none was free within 5 s; pool named has 3 at most, held by");
      assertThat(one.connection()).isNotSameAs(two.connection());
    }
  }

  @Test
  void acquire_shouldHaveRoomForWriters_whenReadersHaveAllTheyMay() throws Exception {
    Ceiling ceiling = new Ceiling("quotas", 3);
    try (Pool readers = Pool.share(hurried("quota", ceiling), Quota.READ);
        Pool writers = Pool.share(hurried("quota", ceiling), Quota.WRITE);
        Pool others = Pool.share(hurried("quota2", ceiling), Quota.READ);
        Pool.Acquired one = readers.acquire("read");
        Pool.Acquired two = readers.acquire("read")) {
      assertThatThrownBy(() -> others.acquire("read").close())
          .isInstanceOf(AcquireTimeoutException.class);
      try (Pool.Acquired writer = writers.acquire("write")) {
        work(writer, 1);
      }
      work(one, 1);
      work(two, 1);
    }
  }

  @Test
  void acquire_shouldGetWhatOthersDoNotUse() throws Exception {
    Ceiling ceiling = new Ceiling("idle", 2);
    try (Pool first = Pool.share(spec("idle1", ceiling), Quota.WRITE);
        Pool second = Pool.share(spec("idle2", ceiling), Quota.WRITE)) {
      first.acquire("test").close();
      try (Pool.Acquired a = second.acquire("test");
          Pool.Acquired b = second.acquire("test")) {
        work(a, 1);
        work(b, 1);
      }
    }
  }

  @Test
  void acquire_shouldGetTheSlotOfWhoDied() throws Exception {
    Ceiling ceiling = new Ceiling("dead", 2);
    try (Pool dead = Pool.share(spec("dead", ceiling), Quota.WRITE);
        Pool heir = Pool.share(spec("heir", ceiling), Quota.WRITE);
        Pool.Acquired one = dead.acquire("test");
        Pool.Acquired two = dead.acquire("test")) {
      Future<?> inherited =
          threads.submit(
              () -> {
                heir.acquire("test").close();
                return null;
              });
      POSTGRES.execute(
          "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
              + " WHERE application_name LIKE 'millrace WRITE dead %'");

      inherited.get(20, TimeUnit.SECONDS);
      assertThat(one.connection()).isNotSameAs(two.connection());
    }
  }

  @Test
  void connect_shouldRefuseAnotherSize_whileThePoolIsInUse() throws Exception {
    try (Connection held = spec("five", new Ceiling("sized", 5)).connect("plan")) {
      assertThatThrownBy(() -> spec("six", new Ceiling("sized", 6)).connect("plan").close())
          .hasMessage(
              "Cannot take 6 connections as the ceiling of pool sized: millrace plan five "
                  + ApplicationName.WORKER
                  + " takes 5 (must be the same)");
      assertThat(held.isValid(5)).isTrue();
    }
    // Once the server has seen that it is closed.
    POSTGRES.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'millrace plan five %'");
    try (Connection now = spec("six", new Ceiling("sized", 6)).connect("plan");
        Statement statement = now.createStatement()) {
      assertThat(statement.execute("SELECT 1")).isTrue();
    }
  }
}
