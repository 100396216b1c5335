// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.alert.Rule.Side;
import dev.millrace.monitor.alert.Selector.Of;
import dev.millrace.monitor.run.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rules that every run is looked at by, unless its user wants otherwise. */
public final class BuiltInAlerts {

  /** Whether a run is stalled, 1 or 0, in place of a metric. */
  static final String STALLED = "millrace_run_stalled";

  private static final String FRESHNESS = "millrace_freshness_seconds";

  private static final Duration LATEST = Duration.ofSeconds(10);

  /** What a cache is compared with: itself, before. */
  private static final Duration BEFORE = Duration.ofMinutes(10);

  private static final Duration SHORT = Duration.ofSeconds(5);

  private BuiltInAlerts() {}

  /** All of them. */
  public static List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.of(
                "freshness",
                new Signal.Value(Selector.parse(FRESHNESS, Of.MAX)),
                Side.ABOVE,
                20,
                Severity.CRITICAL,
                "What was read is {value} s behind the source's clock")
            .resolvedAt(10)
            .after(SHORT));
    rules.add(
        Rule.of(
                "horizon_held",
                new Signal.Value(Selector.parse("millrace_horizon_lag_seconds", Of.MAX)),
                Side.ABOVE,
                60,
                Severity.WARNING,
                "Open transactions hold the horizon back: it is {value} s behind the source's clock")
            .resolvedAt(30)
            .after(SHORT));
    rules.add(
        Rule.of(
                "stalled",
                new Signal.Value(Selector.parse(STALLED, Of.MAX)),
                Side.ABOVE,
                0,
                Severity.CRITICAL,
                "No row was read or written for 15 s")
            .after(LATEST));
    rules.add(
        Rule.of(
            "rejects",
            rate("millrace_rows_rejected_total"),
            Side.ABOVE,
            0,
            Severity.WARNING,
            "A target refuses {value} rows a second"));
    for (String pool : List.of("read", "write", "lookup")) {
      rules.add(exhausted(pool));
    }
    rules.add(
        Rule.of(
                "gc_pauses",
                rate("millrace_gc_pause_seconds_total"),
                Side.ABOVE,
                0.25,
                Severity.CRITICAL,
                "All threads are stopped for {value} of the time, to collect the heap")
            .resolvedAt(0.1)
            .after(SHORT));
    rules.add(
        Rule.of(
                "memory_pressure",
                rate("millrace_memory_pressure_total"),
                Side.ABOVE,
                0,
                Severity.WARNING,
                "Memory is scarce: stages are given less of it")
            .keptFor(SHORT));
    rules.add(
        Rule.of(
                "cache_collapse",
                new Signal.Ratio(served(LATEST), served(BEFORE), 0.05),
                Side.BELOW,
                0.5,
                Severity.WARNING,
                "Caches serve {value} of the share that they served before")
            .resolvedAt(0.7)
            .after(SHORT)
            .keptFor(SHORT));
    rules.add(
        Rule.of(
                "lock_waits",
                rate("millrace_lock_wait_seconds_total"),
                Side.ABOVE,
                0.2,
                Severity.WARNING,
                "On average {value} sessions wait for locks of others")
            .resolvedAt(0.05)
            .keptFor(SHORT));
    return List.copyOf(rules);
  }

  /** Looked at once a second: so many looks in a row found it like that. */
  private static Rule exhausted(String pool) {
    String state = "millrace_pool_connections{pool=\"" + pool + "\",state=\"%s\"}";
    return Rule.of(
            "pool_exhausted_" + pool,
            new Signal.Difference(
                new Signal.Value(Selector.parse(state.formatted("pending"), Of.SUM)),
                new Signal.Value(Selector.parse(state.formatted("idle"), Of.SUM))),
            Side.ABOVE,
            0,
            Severity.WARNING,
            "{value} threads wait for a connection of the pool " + pool + ", and none is idle")
        .after(SHORT)
        .keptFor(Duration.ofSeconds(2));
  }

  private static Signal rate(String counter) {
    return new Signal.Rate(Selector.parse(counter, Of.SUM), LATEST);
  }

  /** Which share of the keys that were asked for came from a tier; each is asked of the heap. */
  private static Signal served(Duration window) {
    String requests = "millrace_cache_requests_total";
    return new Signal.Ratio(
        new Signal.Rate(
            Selector.parse(
                requests + "{tier=~\"heap|disk|redis\",result=~\"hit|negative\"}", Of.SUM),
            window),
        new Signal.Rate(Selector.parse(requests + "{tier=\"heap\"}", Of.SUM), window),
        10);
  }

  /**
   * What rules are looked at with. A run that has not begun may still prepare, and a table that is
   * followed may be quiet: neither is a stall while nothing is waited for.
   */
  public static Map<String, Double> readings(Snapshot snapshot) {
    Map<String, Double> readings = new TreeMap<>(snapshot.metrics());
    boolean stalled =
        snapshot.stalled()
            && (!snapshot.waits().isEmpty()
                || (hasBegun(snapshot) && !snapshot.metrics().containsKey(FRESHNESS)));
    readings.put(STALLED, stalled ? 1.0 : 0.0);
    return readings;
  }

  private static boolean hasBegun(Snapshot snapshot) {
    return (snapshot.progress() != null && snapshot.progress().done() > 0)
        || snapshot.totals().values().stream().anyMatch(total -> total > 0);
  }
}
