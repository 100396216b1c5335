// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.run.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BuiltInAlertsTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final int SECONDS = 600;
  private static final int QUICK = 30;

  /** A run that does well, after some seconds. */
  private static Map<String, Double> well(int second) {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put(BuiltInAlerts.STALLED, 0.0);
    metrics.put("millrace_freshness_seconds", 1.0 + second % 3);
    metrics.put("millrace_horizon_lag_seconds", 1.0 + second % 20);
    metrics.put("millrace_rows_rejected_total{reason=\"unique_violation\"}", 5.0);
    for (String pool : List.of("read", "write", "lookup")) {
      String connections = "millrace_pool_connections{pool=\"" + pool + "\",state=\"%s\"}";
      // For a moment somebody may wait.
      metrics.put(connections.formatted("pending"), second % 5 == 0 ? 1.0 : 0.0);
      metrics.put(connections.formatted("idle"), second % 5 == 0 ? 0.0 : 1.0);
    }
    // A long collection now and then.
    metrics.put("millrace_gc_pause_seconds_total", Math.floor(second / 30.0));
    metrics.put("millrace_memory_pressure_total{sign=\"live\"}", 2.0);
    metrics.put("millrace_lock_wait_seconds_total", 3.0);
    metrics.putAll(cache(900.0 * second, 100.0 * second));
    return metrics;
  }

  private static Map<String, Double> cache(double hits, double misses) {
    String requests = "millrace_cache_requests_total{cache=\"c\",tier=\"%s\",result=\"%s\"}";
    return Map.of(
        requests.formatted("heap", "hit"), hits,
        requests.formatted("heap", "miss"), misses,
        requests.formatted("source", "miss"), misses,
        requests.formatted("source", "hit"), misses);
  }

  /** What fires, second by second, when something is wrong from one second to another. */
  private static List<Set<String>> fire(
      int from, int to, IntFunction<Map<String, Double>> wrong, int seconds) {
    AlertEngine engine = new AlertEngine(BuiltInAlerts.rules());
    return IntStream.range(0, seconds)
        .mapToObj(
            second -> {
              Map<String, Double> metrics = well(second);
              if (second >= from && second < to) {
                metrics.putAll(wrong.apply(second));
              }
              engine.look(START.plusSeconds(second), metrics);
              return engine.firing().stream().map(Snapshot.Alert::name).collect(Collectors.toSet());
            })
        .toList();
  }

  /** It alone fires and is resolved, each within 30 s. */
  private static void assertFires(String alert, IntFunction<Map<String, Double>> wrong) {
    int from = 200;
    int to = 300;
    List<Set<String>> fired = fire(from, to, wrong, SECONDS);
    assertThat(fired.subList(0, from)).as("before").containsOnly(Set.of());
    assertThat(fired.subList(from, SECONDS)).containsOnly(Set.of(), Set.of(alert));
    assertThat(fired.subList(from, from + QUICK)).as("soon").contains(Set.of(alert));
    assertThat(fired.subList(to + QUICK, SECONDS)).as("after").containsOnly(Set.of());
  }

  @Test
  void rules_shouldBeSilent_whileAllIsWell() {
    assertThat(fire(0, 0, second -> Map.of(), 2 * 3600)).containsOnly(Set.of());
  }

  @Test
  void freshness_shouldFire_whenAReadFallsBehind() {
    assertFires("freshness", second -> Map.of("millrace_freshness_seconds", second - 200.0));
  }

  @Test
  void horizonHeld_shouldFire_whileAnOpenTransactionHoldsItBack() {
    assertFires("horizon_held", second -> Map.of("millrace_horizon_lag_seconds", second - 130.0));
  }

  @Test
  void stalled_shouldFire_whenNothingMoves() {
    assertFires("stalled", second -> Map.of(BuiltInAlerts.STALLED, 1.0));
  }

  @Test
  void rejects_shouldFire_whileRowsAreRefused() {
    // They are counted on: what was refused is not taken back.
    AlertEngine engine = new AlertEngine(BuiltInAlerts.rules());
    for (int second = 0; second < 60; second++) {
      Map<String, Double> metrics = well(second);
      // Of a reason of which there was none before.
      if (second >= 10) {
        metrics.put(
            "millrace_rows_rejected_total{reason=\"check_violation\"}", second < 20 ? 3.0 : 4.0);
      }
      engine.look(START.plusSeconds(second), metrics);
      assertThat(engine.firing().size())
          .as("at %d s", second)
          .isEqualTo(second < 10 || second >= 30 ? 0 : 1);
    }
  }

  @Test
  void poolExhausted_shouldFire_whenThreadsWaitAndNoneIsIdle() {
    for (String pool : List.of("read", "write", "lookup")) {
      String connections = "millrace_pool_connections{pool=\"" + pool + "\",state=\"%s\"}";
      assertFires(
          "pool_exhausted_" + pool,
          second ->
              Map.of(connections.formatted("pending"), 4.0, connections.formatted("idle"), 0.0));
    }
  }

  @Test
  void gcPauses_shouldFire_whenCollectionsTakeTheTime() {
    assertFires(
        "gc_pauses",
        second ->
            Map.of(
                "millrace_gc_pause_seconds_total", Math.floor(200 / 30.0) + (second - 200) * 0.6));
  }

  @Test
  void memoryPressure_shouldFire_whenStagesAreGivenLess() {
    AlertEngine engine = new AlertEngine(BuiltInAlerts.rules());
    for (int second = 0; second < 60; second++) {
      Map<String, Double> metrics = well(second);
      metrics.put("millrace_memory_pressure_total{sign=\"live\"}", second < 10 ? 2.0 : 3.0);
      engine.look(START.plusSeconds(second), metrics);
      assertThat(engine.firing().size())
          .as("at %d s", second)
          .isEqualTo(second < 10 || second >= 25 ? 0 : 1);
    }
  }

  @Test
  void cacheCollapse_shouldFire_whenTheShareOfHitsFalls() {
    AlertEngine engine = new AlertEngine(BuiltInAlerts.rules());
    double hits = 0;
    double misses = 0;
    for (int second = 0; second < 400; second++) {
      boolean collapsed = second >= 200 && second < 300;
      hits += collapsed ? 0 : 900;
      misses += collapsed ? 1000 : 100;
      Map<String, Double> metrics = well(second);
      metrics.putAll(cache(hits, misses));
      engine.look(START.plusSeconds(second), metrics);
      if (second < 200 || second >= 330) {
        assertThat(engine.firing()).as("at %d s", second).isEmpty();
      } else if (second >= 230 && second < 300) {
        assertThat(engine.firing()).as("at %d s", second).hasSize(1);
      }
    }
  }

  @Test
  void cacheCollapse_shouldBeSilent_whileACacheIsColdOrOfNoUse() {
    AlertEngine engine = new AlertEngine(BuiltInAlerts.rules());
    for (int second = 0; second < 1000; second++) {
      Map<String, Double> metrics = well(second);
      metrics.putAll(cache(second < 500 ? 0 : 1000.0 * (second - 500), 1000.0 * second));
      engine.look(START.plusSeconds(second), metrics);
      assertThat(engine.firing()).as("at %d s", second).isEmpty();
    }
  }

  @Test
  void lockWaits_shouldFire_whenSessionsWait() {
    AlertEngine engine = new AlertEngine(BuiltInAlerts.rules());
    for (int second = 0; second < 120; second++) {
      Map<String, Double> metrics = well(second);
      // Seen every five seconds.
      double waited = Math.floor(Math.min(Math.max(0, second - 20), 40) / 5.0) * 5;
      metrics.put("millrace_lock_wait_seconds_total", 3 + waited);
      engine.look(START.plusSeconds(second), metrics);
      boolean fires = second >= 25 && second < 75;
      assertThat(engine.firing().size()).as("at %d s", second).isEqualTo(fires ? 1 : 0);
    }
  }

  @Test
  void readings_shouldTellAStallFromATableInWhichNothingHappens() {
    Snapshot quiet = SampleRuns.snapshot(1, 5);
    assertThat(stalled(quiet, false, List.of(), false)).isZero();
    assertThat(stalled(quiet, true, List.of(), false)).isOne();
    assertThat(stalled(quiet, true, List.of(), true)).isZero();
    assertThat(stalled(quiet, true, List.of("write waits for a lock"), true)).isOne();
    Snapshot begins = SampleRuns.snapshot(1, 0);
    assertThat(stalled(begins, true, List.of(), false)).isZero();
    assertThat(stalled(begins, true, List.of("write waits for a lock"), false)).isOne();
  }

  private static Double stalled(
      Snapshot like, boolean stalled, List<String> waits, boolean followed) {
    Map<String, Double> metrics = followed ? Map.of("millrace_freshness_seconds", 1.0) : Map.of();
    Map<String, Double> readings =
        BuiltInAlerts.readings(
            new Snapshot(
                like.time(),
                like.seconds(),
                stalled,
                waits,
                like.progress(),
                like.totals(),
                like.perSecond(),
                like.stages(),
                like.flow(),
                like.slowest(),
                metrics,
                List.of(),
                Map.of(),
                null));
    return requireNonNull(readings.get(BuiltInAlerts.STALLED));
  }
}
