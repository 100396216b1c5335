// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.connect.Pool;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.observe.Bottleneck;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.run.Advice;
import dev.millrace.runners.run.Motion;
import dev.millrace.runners.run.Progress;
import dev.millrace.runners.run.Run;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What can be seen of a run from within its process. Used by one thread at a time. */
final class Sight {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** Of these a run tells how much it did; on a cluster others do it. */
  private static final List<Measure> COUNTED =
      List.of(
          Measure.ROWS_READ,
          Measure.ROWS_WRITTEN,
          Measure.ROWS_REJECTED,
          Measure.BLOCKS,
          Measure.BYTES);

  private final Run run;
  private final Motion motion = new Motion();
  private final Map<Measure, Long> before = new LinkedHashMap<>();
  private final Map<String, Long> rejectedBefore = Measure.ROWS_REJECTED.totals();
  private Map<String, Double> last = Map.of();
  private double lastSeconds;
  private double figuredSeconds;
  private final long firstCpu = SYSTEM.getProcessCpuTime();
  private long lastCpu = firstCpu;
  private double lastPause = pauses(Measure.readings());

  Sight(Run run) {
    this.run = run;
    COUNTED.forEach(measure -> before.put(measure, measure.total()));
    // Its gauges are there once somebody has asked for it.
    Memory.ofThisJvm();
  }

  /** How the run stands now; its rates are those since this was last asked. */
  Snapshot snapshot(Instant now) {
    Progress.Sample sample = run.progress().orElse(null);
    motion.look(sample == null ? 0 : sample.done());
    double seconds = run.elapsed().toMillis() / 1000.0;
    Map<String, Double> totals = totals();
    double interval = Math.max(0.001, seconds - lastSeconds);
    Map<String, Double> perSecond = new LinkedHashMap<>();
    totals.forEach(
        (name, total) -> perSecond.put(name, (total - last.getOrDefault(name, 0.0)) / interval));
    last = totals;
    lastSeconds = seconds;
    List<StageTime> stages =
        run.options().runner.isCluster() ? List.of() : Stage.since(run.stagesBefore());
    return new Snapshot(
        now,
        seconds,
        motion.isStalled(),
        Pool.waits().stream().map(Sentence::redact).toList(),
        progress(sample),
        totals,
        perSecond,
        stages.stream().map(stage -> line(stage, seconds)).toList(),
        run.flow(),
        slowest(stages),
        Measure.readings(),
        List.of(),
        rejected(),
        sample == null ? null : sample.grid());
  }

  private Map<String, Long> rejected() {
    Map<String, Long> rejected = new TreeMap<>();
    if (!run.options().runner.isCluster()) {
      Measure.ROWS_REJECTED
          .totals()
          .forEach(
              (reason, rows) -> {
                long since = rows - rejectedBefore.getOrDefault(reason, 0L);
                if (since > 0) {
                  rejected.put(reason, since);
                }
              });
    }
    return rejected;
  }

  private Map<String, Double> totals() {
    Map<String, Double> totals = new LinkedHashMap<>();
    if (!run.options().runner.isCluster()) {
      before.forEach(
          (measure, was) -> totals.put(measure.counter(), (double) (measure.total() - was)));
    }
    return totals;
  }

  private static Snapshot.@Nullable Progress progress(Progress.@Nullable Sample sample) {
    return sample == null
        ? null
        : new Snapshot.Progress(
            sample.label(),
            sample.done(),
            sample.expected().isPresent() ? sample.expected().getAsLong() : null,
            sample.unit());
  }

  private static Snapshot.StageLine line(StageTime stage, double seconds) {
    Map<String, Double> shares = new LinkedHashMap<>();
    for (Spent spent : Spent.values()) {
      double share = stage.share(spent);
      if (share > 0) {
        shares.put(spent.words(), share);
      }
    }
    return new Snapshot.StageLine(
        stage.stage(),
        stage.seconds(),
        seconds == 0 ? 0 : stage.ownSeconds() / seconds,
        shares,
        stage.allocatedBytes(),
        stage.moved().blocks(),
        stage.moved().rows(),
        stage.moved().bytes(),
        stage.io().read(),
        stage.io().written());
  }

  private Snapshot.@Nullable Slowest slowest(List<StageTime> stages) {
    return Bottleneck.of(stages)
        .map(
            found ->
                new Snapshot.Slowest(
                    found.stage().stage(),
                    found.cause().words(),
                    found.share(),
                    Advice.on(found, run.options().parallelism).sentence()))
        .orElse(null);
  }

  /** What of it is kept over time; shares are those since this was last asked. */
  SortedMap<String, Double> figures(Snapshot snapshot) {
    SortedMap<String, Double> figures = new TreeMap<>();
    double seconds = Math.max(0.001, snapshot.seconds() - figuredSeconds);
    figuredSeconds = snapshot.seconds();
    snapshot.perSecond().forEach((name, perSecond) -> figures.put(name + "_per_second", perSecond));
    long cpu = SYSTEM.getProcessCpuTime();
    figures.put("processors", (cpu - lastCpu) / (seconds * TimeUnit.SECONDS.toNanos(1)));
    lastCpu = cpu;
    double pause = pauses(snapshot.metrics());
    figures.put("gc_share", (pause - lastPause) / seconds);
    lastPause = pause;
    for (String kind : List.of("heap_live", "off_heap", "resident", "held")) {
      String metric = Measure.labelled("millrace_memory_bytes", "kind", kind);
      figures.put(kind + "_bytes", snapshot.metrics().getOrDefault(metric, Double.NaN));
    }
    snapshot
        .metrics()
        .forEach(
            (name, value) -> {
              if (name.startsWith("millrace_pool_connections{")
                  || name.startsWith("millrace_slots{")
                  || name.equals("millrace_freshness_seconds")
                  || name.equals("millrace_horizon_lag_seconds")) {
                figures.put(name, value);
              }
            });
    return figures;
  }

  /** The processor time, in seconds, that this process took since this began to look. */
  double cpuSeconds() {
    return (SYSTEM.getProcessCpuTime() - firstCpu) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static double pauses(Map<String, Double> metrics) {
    return metrics.getOrDefault("millrace_gc_pause_seconds_total", 0.0);
  }
}
