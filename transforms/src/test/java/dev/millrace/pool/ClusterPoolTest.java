// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.Gauge;
import dev.millrace.connect.Ceiling;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.Resource;
import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools that other JVMs share. */
@Timeout(120)
class ClusterPoolTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final Duration LONG = Duration.ofMinutes(1);

  private static final String CUT =
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
          + " WHERE application_name LIKE 'millrace pool %'";

  private static PoolSpec spec(String name, int slots) {
    return PoolSpec.of(name, slots).acrossCluster(ConnectionSpec.of(POSTGRES.jdbcUrl()));
  }

  private static Object gauge(String pool, String state) {
    String name = Measure.labelled("millrace_slots", "pool", pool, "state", state);
    Gauge<?> gauge = requireNonNull(Measure.registry().getGauges().get(name), name);
    return gauge.getValue();
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 1", "3, 2, 2", "4, 3, 1"})
  void acquire_shouldNeverGiveMoreThanThereAre_andLetEachJvmHaveItsTurn(
      int slots, int weight, int otherWeight) throws Exception {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS uses",
        "CREATE TABLE uses (at timestamptz, worker bigint, slots int)");
    PoolSpec pool = spec("shared", slots);
    Process one = ClusterChild.work(POSTGRES.jdbcUrl(), pool, weight, 4, 100);
    Process other = ClusterChild.work(POSTGRES.jdbcUrl(), pool, otherWeight, 4, 100);
    try {
      ClusterChild.begin(one);
      ClusterChild.begin(other);
      ClusterChild.awaitLine(one, "done");
      ClusterChild.awaitLine(other, "done");
    } finally {
      ClusterChild.kill(one);
      ClusterChild.kill(other);
    }

    // What is written down lies within what was held: it began later and ended earlier.
    long most =
        POSTGRES.value(
            "SELECT max(used) FROM (SELECT sum(slots) OVER (ORDER BY at, slots) AS used FROM uses)"
                + " AS times",
            Long.class);
    assertThat(most).isBetween((long) Math.max(weight, otherWeight), (long) slots);
    assertThat(POSTGRES.value("SELECT count(*) FROM uses", Long.class)).isEqualTo(2 * 2 * 4 * 100L);
    // Neither was done before the other began to have turns.
    assertThat(
            POSTGRES.value(
                "SELECT count(*) FROM uses WHERE at < (SELECT min(until) FROM"
                    + " (SELECT max(at) AS until FROM uses GROUP BY worker) AS ends)",
                Long.class))
        .isGreaterThan(2 * 4 * 100L);
  }

  @Test
  void acquire_shouldGetTheSlotsOfAJvmThatWasKilled() throws Exception {
    PoolSpec spec = spec("heirs", 2);
    Process child = ClusterChild.hold(POSTGRES.jdbcUrl(), spec, 2);
    try (ResourcePool pool = ResourcePool.share(spec)) {
      assertThatThrownBy(() -> pool.acquire("inherit", 1, 0, Duration.ofMillis(500)))
          .isInstanceOf(TimeoutException.class);
      ClusterChild.kill(child);
      long start = System.nanoTime();
      pool.acquire("inherit", 2, 0, LONG).close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    } finally {
      ClusterChild.kill(child);
    }
  }

  @Test
  void acquire_shouldSayWhoHasTheSlots_andRefuseAnotherNumberOfThem() throws Exception {
    PoolSpec spec = spec("named", 3);
    Process child = ClusterChild.hold(POSTGRES.jdbcUrl(), spec, 2);
    String session =
        POSTGRES
            .query(
                "SELECT application_name FROM pg_stat_activity"
                    + " WHERE application_name LIKE 'millrace pool named %'",
                row -> String.valueOf(row.getString(1)))
            .get(0);
    assertThat(session).endsWith(":" + child.pid());
    try {
      try (ResourcePool pool = ResourcePool.share(spec);
          ResourcePool.Held held = pool.acquire("post a row", 1, 0, LONG)) {
        assertThatThrownBy(() -> pool.acquire("post rows", 2, 0, Duration.ofSeconds(2)))
            .isInstanceOf(TimeoutException.class)
            .hasMessageMatching(
                "Cannot post rows: 2 of the 3 slots of pool named of all JVMs were not free within"
                    + " 2\\.0 s; post a row has 1 for \\d s; across JVMs they are held by "
                    + session
                    + " \\(2\\), millrace pool named \\S+:"
                    + ProcessHandle.current().pid());
        assertThat(held.isLost()).isFalse();
        assertThat(gauge("named", "leased")).isEqualTo(1);
        assertThat(gauge("named", "used")).isEqualTo(1);
        assertThat(gauge("named", "capacity")).isEqualTo(3);
        assertThatThrownBy(() -> pool.acquire("post all", 4, 0, LONG))
            .hasMessage("Invalid slots: 4 of pool named (must be from 1 to the 3 that it has)");
      }
      awaitGone("millrace pool named %:" + ProcessHandle.current().pid());
      try (ResourcePool pool = ResourcePool.share(spec("named", 4))) {
        assertThatThrownBy(() -> pool.acquire("post rows", 1, 0, LONG))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "Cannot post rows in pool named: Cannot take 4 slots as the size of pool named: "
                    + session
                    + " takes 3 (must be the same)");
      }
    } finally {
      ClusterChild.kill(child);
    }
    // Who has gone is not in the way of another number, once the server has seen that he has.
    awaitGone(session);
    try (ResourcePool pool = ResourcePool.share(spec("named", 4))) {
      pool.acquire("post rows", 4, 0, LONG).close();
    }
  }

  @Test
  void held_shouldBeLost_withItsConnection_andTheNextHasAnother() throws Exception {
    try (ResourcePool pool = ResourcePool.share(spec("cut", 2))) {
      ResourcePool.Held held = pool.acquire("work", 2, 0, LONG);
      POSTGRES.execute(CUT);
      awaitLost(held);
      held.close();
      assertThat(held.isLost()).isTrue();
      ResourcePool.Held next = pool.acquire("work", 2, 0, LONG);
      assertThat(next.isLost()).isFalse();
      next.close();
    }
    assertThat(Events.latest())
        .anySatisfy(
            event ->
                assertThat(event.text())
                    .startsWith("cut lost the 2 slots that it had of all JVMs': "));
  }

  @Test
  void held_shouldBeLost_whenTheNetworkIsSilent_andTheNextWaitForItToSpeak() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(POSTGRES.server().port())) {
      PoolSpec spec =
          PoolSpec.of("silent", 1)
              .acrossCluster(ConnectionSpec.of(proxy.jdbcUrl(POSTGRES.jdbcUrl())));
      try (ResourcePool pool = ResourcePool.share(spec)) {
        ResourcePool.Held held = pool.acquire("work", 1, 0, LONG);
        proxy.blackHole(true);
        long start = System.nanoTime();
        awaitLost(held);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
        held.close();
        proxy.refuse(true);
        proxy.blackHole(false);
        proxy.cut();
        assertThatThrownBy(() -> pool.acquire("work on", 1, 0, Duration.ofSeconds(2)))
            .isInstanceOf(TimeoutException.class)
            .hasMessageStartingWith(
                "Cannot work on: 1 of the 1 slots of pool silent of all JVMs were not free within"
                    + " 2.0 s; the database by which they are shared could not be asked: ");
        proxy.refuse(false);
        pool.acquire("work on", 1, 0, LONG).close();
      }
    }
  }

  private static void awaitGone(String session) throws Exception {
    long deadline = System.nanoTime() + LONG.toNanos();
    String asked = "SELECT FROM pg_stat_activity WHERE application_name LIKE '" + session + "'";
    while (!POSTGRES.query(asked, row -> session).isEmpty()) {
      assertThat(System.nanoTime()).as(session).isLessThan(deadline);
    }
  }

  private static void awaitLost(ResourcePool.Held held) {
    long end = System.nanoTime() + LONG.toNanos();
    while (!held.isLost()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Goes into a pool, from which others would keep it. */
  private static final class OnceFn extends DoFn<Integer, Integer> {
    @ProcessElement
    public void process(@Element Integer element, OutputReceiver<Integer> out) {
      out.output(element + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void apply_shouldWorkWithinAPoolThatJvmsShare(String runner) {
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
    InPool pools = InPool.of(spec("runner", 2), 2).and(PoolSpec.of("own", 1), 1);
    PAssert.that(
            pipeline
                .apply(Create.of(IntStream.range(0, 100).boxed().toList()))
                .apply("first", pools.apply(ParDo.of(new OnceFn())))
                .apply("second", pools.apply(ParDo.of(new OnceFn()))))
        .containsInAnyOrder(IntStream.range(2, 102).boxed().toList());

    pipeline.run().waitUntilFinish();
  }

  /** Loses the connection by which its pool is shared, and goes on for long enough to know. */
  private static final class CutFn extends DoFn<Integer, Integer> {
    @ProcessElement
    public void process(@Element Integer element, OutputReceiver<Integer> out) throws SQLException {
      out.output(element);
      POSTGRES.execute(CUT);
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!gauge("fenced", "leased").equals(0) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void apply_shouldRefuseWhatWasDoneWithSlotsThatWereLost() {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(Create.of(1))
        .apply("cut", InPool.of(spec("fenced", 1), 1).apply(ParDo.of(new CutFn())));

    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .rootCause()
        .hasMessage(
            "Cannot run ParDo(Cut) in pool fenced: its slots of pool fenced were lost with the"
                + " connection by which JVMs share them");
  }

  @Test
  void acrossCluster_shouldRefuseWhatCannotBe() {
    ConnectionSpec database = ConnectionSpec.of("jdbc:postgresql://db1/shop");
    assertThatThrownBy(() -> new PoolSpec("io", 1, 8, Resource.IO, database))
        .hasMessage("Invalid slots of pool io: 1 to 8 (must be one number, as all JVMs share it)");
    assertThatThrownBy(
            () ->
                PoolSpec.of("licence", 4)
                    .acrossCluster(database.withCeiling(new Ceiling("nightly", 10))))
        .hasMessageStartingWith(
            "Invalid database of pool licence: jdbc:postgresql://db1/shop below a ceiling (must be");
    assertThatThrownBy(() -> InPool.of(PoolSpec.of("licence", 4).acrossCluster(database), 5))
        .hasMessage("Invalid slots: 5 of pool licence (must be from 1 to the 4 that it has)");
    assertThat(List.of(PoolSpec.of("licence", 4).acrossCluster(database)))
        .isNotEqualTo(List.of(PoolSpec.of("licence", 4)));
    System.setProperty("millrace.pool.licence", "2-8");
    try {
      assertThatThrownBy(
              () -> ResourcePool.share(PoolSpec.of("licence", 4).acrossCluster(database)))
          .hasMessage(
              "Invalid slots of pool licence: 2 to 8 (must be one number, as all JVMs share it)");
    } finally {
      System.clearProperty("millrace.pool.licence");
    }
    try (ResourcePool own = ResourcePool.share(PoolSpec.of("licence", 4))) {
      assertThat(own.capacity()).isEqualTo(4);
      assertThatThrownBy(
              () -> ResourcePool.share(PoolSpec.of("licence", 4).acrossCluster(database)))
          .hasMessage(
              "Cannot open pool licence of 4 slots of all JVMs: it is open in this JVM, of 4");
    }
  }
}
