// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor;

import dev.millrace.monitor.history.ThisMachine;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.SeriesRecorder;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.Edge;
import dev.millrace.monitor.run.Snapshot.Progress;
import dev.millrace.monitor.run.Snapshot.Slowest;
import dev.millrace.monitor.run.Snapshot.StageLine;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Runs as they might be, for tests. */
public final class SampleRuns {

  public static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  private static final String SUMMARY =
      """
      {"command":"sync","status":"done","run_id":"%s","runner":"direct","rows_read":2000000,\
      "rows_written":2000000,"rows_rejected":0,"blocks":312,"bytes":%d,"seconds":8.612,\
      "rows_per_second":%d,"peak_rss_bytes":%d,"attempts":1,"stages":[%s],"memory":{}}""";

  private SampleRuns() {}

  /** An identity that sorts by number. */
  public static String id(int number) {
    return "20260301T%06dZ-%08x".formatted(number, number * 0x9E3779B9);
  }

  public static RunStart start(int number) {
    return new RunStart(
        id(number),
        "sync",
        "sync public.orders into public.copy",
        "direct",
        new TreeMap<>(
            Map.of(
                "source", "jdbc:postgresql://db.example:5432/shop",
                "target", "jdbc:postgresql://warehouse.example:5432/dw",
                "table", "public.orders",
                "into", "public.copy",
                "block-size", "1MiB",
                "parallelism", "8")),
        "0.1.0",
        ThisMachine.machine(),
        ProcessHandle.current().pid(),
        START.plusSeconds(number));
  }

  public static Snapshot snapshot(int number, double seconds) {
    return snapshot(number, seconds, false);
  }

  public static Snapshot snapshot(int number, double seconds, boolean stalled) {
    Random random = new Random(number);
    Map<String, Double> metrics = new TreeMap<>();
    for (int i = 0; i < 120; i++) {
      metrics.put("millrace_figure_total{number=\"" + i + "\"}", random.nextDouble() * 1e6);
    }
    double rows = Math.floor(seconds * 250_000);
    return new Snapshot(
        START.plusSeconds(number).plusMillis(Math.round(seconds * 1000)),
        seconds,
        stalled,
        List.of(),
        new Progress("Copying", Math.round(rows), 2_000_000L, "rows"),
        Map.of("rows_read", rows, "rows_written", rows, "rows_rejected", 0.0, "bytes", rows * 90),
        Map.of("rows_read", 250_000.0, "rows_written", 250_000.0),
        List.of(stage("read public.orders", random), stage("write public.copy", random)),
        List.of(new Edge("read public.orders", "write public.copy")),
        new Slowest("write public.copy", "at work on a processor", 0.8, "Raise --parallelism"),
        metrics,
        List.of(),
        Map.of(),
        null);
  }

  private static StageLine stage(String name, Random random) {
    double working = random.nextDouble();
    return new StageLine(
        name,
        10 * random.nextDouble(),
        2 * random.nextDouble(),
        Map.of("at work on a processor", working, "waiting for a connection", 1 - working),
        random.nextInt(Integer.MAX_VALUE),
        312,
        2_000_000,
        180_000_000,
        190_000_000,
        1_000_000);
  }

  /** How some thirty figures may go in as many samples. */
  public static SeriesRecorder series(int number, int samples) {
    Random random = new Random(number);
    SeriesRecorder recorder = new SeriesRecorder();
    for (int i = 0; i < samples; i++) {
      Map<String, Double> values = new TreeMap<>();
      for (int figure = 0; figure < 30; figure++) {
        double scale = Math.pow(10, figure % 9);
        values.put("figure_" + figure, figure % 3 == 0 ? scale : scale * random.nextDouble());
      }
      recorder.add(i, values);
    }
    return recorder;
  }

  public static List<Event> events(int number, int count) {
    return new Random(number)
        .ints(count, 0, 100)
        .mapToObj(
            i -> new Event(START.plusSeconds(number), "resize", "io has " + i + " slots: busy"))
        .toList();
  }

  public static RunEnd end(int number, Status status) {
    Random random = new Random(number);
    double seconds = 8 + random.nextGaussian() / 4;
    long rss = 300_000_000L + random.nextInt(50_000_000);
    StringBuilder stages = new StringBuilder();
    for (String stage : List.of("read public.orders", "write public.copy")) {
      stages.append(
          (stages.isEmpty() ? "" : ",")
              + "{\"stage\":\"%s\",\"seconds\":%s,\"threads\":%s,\"shares\":{}}"
                  .formatted(stage, seconds * random.nextDouble(), random.nextDouble()));
    }
    return new RunEnd(
        START.plusSeconds(number + 9L),
        status,
        status == Status.DONE ? 0 : 1,
        status == Status.DONE ? null : "Cannot sync: the target is full",
        new Totals(2_000_000L, 2_000_000L, 0L, 180_000_000L, seconds, 2 * seconds, rss),
        SUMMARY.formatted(id(number), 180_000_000, Math.round(2e6 / seconds), rss, stages));
  }
}
