// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a stage of this JVM has spent so far. Safe for use by several threads. */
final class StageTotals {

  /** Stages that are told apart; those that come later count as one. */
  static final int MOST = 500;

  private static final String LATER = "later stages";
  private static final Map<String, StageTotals> ALL = new ConcurrentHashMap<>();

  static {
    Gauge<Double> pauses = Pauses::seconds;
    Measure.registry().registerGauge("millrace_gc_pause_seconds_total", pauses);
  }

  private final String stage;
  private final Map<Spent, LongAdder> nanos = new EnumMap<>(Spent.class);
  private final LongAdder allocated = new LongAdder();
  private final LongAdder read = new LongAdder();
  private final LongAdder written = new LongAdder();
  private final LongAdder blocks = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private volatile String holder = "";

  private StageTotals(String stage) {
    this.stage = stage;
    MetricRegistry registry = Measure.registry();
    for (Spent spent : Spent.values()) {
      LongAdder sum = new LongAdder();
      nanos.put(spent, sum);
      Gauge<Double> gauge = () -> seconds(sum.sum());
      String metric = "millrace_stage_seconds_total";
      registry.registerGauge(
          Measure.labelled(metric, "stage", stage, "state", spent.label()), gauge);
    }
    register(registry, "allocated_bytes", allocated);
    register(registry, "read_bytes", read);
    register(registry, "written_bytes", written);
    register(registry, "blocks", blocks);
    register(registry, "rows", rows);
    register(registry, "bytes", bytes);
  }

  private void register(MetricRegistry registry, String what, LongAdder sum) {
    Gauge<Long> gauge = sum::sum;
    registry.registerGauge(
        Measure.labelled("millrace_stage_" + what + "_total", "stage", stage), gauge);
  }

  private static double seconds(long nanos) {
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }

  static StageTotals of(String stage) {
    StageTotals known = ALL.get(stage);
    return known != null
        ? known
        : ALL.computeIfAbsent(ALL.size() < MOST ? stage : LATER, StageTotals::new);
  }

  static Collection<StageTotals> all() {
    return ALL.values();
  }

  String name() {
    return stage;
  }

  void add(Spent spent, long more) {
    if (more > 0) {
      requireNonNull(nanos.get(spent)).add(more);
    }
  }

  void allocated(long more) {
    allocated.add(more);
  }

  void transferred(IoBytes more) {
    read.add(more.read());
    written.add(more.written());
  }

  void moved(long moreRows, long moreBytes) {
    blocks.increment();
    rows.add(moreRows);
    bytes.add(moreBytes);
  }

  void heldBy(String who) {
    holder = who;
  }

  StageTime time() {
    Map<Spent, Long> sums = new EnumMap<>(Spent.class);
    nanos.forEach((spent, sum) -> sums.put(spent, sum.sum()));
    Moved moved = new Moved(blocks.sum(), rows.sum(), bytes.sum());
    IoBytes io = new IoBytes(read.sum(), written.sum());
    return new StageTime(stage, sums, allocated.sum(), io, moved, holder);
  }
}
