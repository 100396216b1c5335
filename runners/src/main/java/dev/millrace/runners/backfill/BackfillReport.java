// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.monitor.run.Grid.State;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Figures;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Progress;
import dev.millrace.runners.run.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/** What became of units, for whoever waits and for the summary. Thread-safe. */
final class BackfillReport {

  private static final int FAILURES_TOLD = 10;

  private final Run run;
  private final Map<String, Tally> byStage = new LinkedHashMap<>();
  private final Map<Unit, String> failures = new LinkedHashMap<>();
  private final Map<Unit, String> putOff = new LinkedHashMap<>();
  private final UnitGrid grid = new UnitGrid();
  private JvmCost cost = JvmCost.NONE;
  private int processes;

  /** What became of a stage. */
  private static final class Tally {
    private int units;
    private int done;
    private int unchanged;
    private int retried;
    private double seconds;
    private Counts counts = Counts.ZERO;
  }

  BackfillReport(Run run) {
    this.run = run;
    Unit.STAGES.forEach(stage -> byStage.put(stage, new Tally()));
  }

  private Tally tally(Unit unit) {
    return Objects.requireNonNull(byStage.get(unit.stage()));
  }

  synchronized void planned(List<Unit> units) {
    for (Unit unit : units) {
      tally(unit).units++;
      grid.set(unit, State.PLANNED);
    }
  }

  synchronized void skipped(Unit unit) {
    tally(unit).unchanged++;
    grid.set(unit, State.UNCHANGED);
    failures.remove(unit);
  }

  synchronized void begun(Unit unit, int attempt) {
    grid.set(unit, State.RUNNING);
    if (attempt > 1) {
      tally(unit).retried++;
    }
  }

  synchronized void done(UnitEnd end) {
    Tally tally = tally(end.unit());
    tally.done++;
    grid.set(end.unit(), State.DONE);
    tally.seconds += end.seconds();
    tally.counts = tally.counts.plus(end.counts());
    failures.remove(end.unit());
    // On a terminal its mark says so.
    if (!run.console().terminal()) {
      run.tell(
          "%s: %,d read, %,d written, %.1f s"
              .formatted(end.unit(), end.figures().read(), end.figures().written(), end.seconds()));
    }
  }

  synchronized void failed(Unit unit, String why) {
    grid.set(unit, State.FAILED);
    if (!why.equals(failures.put(unit, why))) {
      tell(why);
    }
  }

  synchronized boolean hasFailed(Unit unit) {
    return failures.containsKey(unit);
  }

  synchronized void putOff(Unit unit, String why) {
    putOff.put(unit, why);
    grid.set(unit, State.PLANNED);
  }

  synchronized void cost(JvmCost more) {
    if (!more.equals(JvmCost.NONE)) {
      cost = cost.plus(more);
      processes++;
    }
  }

  private void tell(String line) {
    run.tell((run.console().terminal() ? Progress.CLEAR_LINE : "") + line);
  }

  /** How far it is. */
  synchronized Progress.Sample progress() {
    long all = byStage.values().stream().mapToLong(tally -> tally.units).sum();
    long ended =
        byStage.values().stream().mapToLong(tally -> tally.done + tally.unchanged).sum()
            + failures.size();
    return new Progress.Sample("backfill", ended, OptionalLong.of(all), "units", grid.grid());
  }

  synchronized Outcome outcome() {
    List<String> lines = new ArrayList<>();
    lines.add(
        Figures.row(
            "stage", "units", "done", "unchanged", "failed", "read", "written", "rejected", "s"));
    Map<String, Object> stages = new LinkedHashMap<>();
    Counts sum = Counts.ZERO;
    for (Map.Entry<String, Tally> entry : byStage.entrySet()) {
      String stage = entry.getKey();
      Tally tally = entry.getValue();
      sum = sum.plus(tally.counts);
      long failed = count(failures, stage);
      long later = count(putOff, stage);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("units", tally.units);
      fields.put("done", tally.done);
      fields.put("unchanged", tally.unchanged);
      fields.put("failed", failed);
      fields.put("put_off", later);
      fields.put("retried", tally.retried);
      fields.put("rows_read", tally.counts.rowsRead());
      fields.put("rows_written", tally.counts.rowsWritten());
      fields.put("rows_rejected", tally.counts.rowsRejected());
      fields.put("seconds", Figures.thousandths(tally.seconds));
      stages.put(stage, fields);
      if (tally.units > 0) {
        lines.add(
            Figures.row(
                stage,
                Figures.number(tally.units),
                Figures.number(tally.done),
                Figures.number(tally.unchanged),
                Figures.number(failed),
                Figures.number(Objects.requireNonNullElse(tally.counts.rowsRead(), 0L)),
                Figures.number(Objects.requireNonNullElse(tally.counts.rowsWritten(), 0L)),
                Figures.number(Objects.requireNonNullElse(tally.counts.rowsRejected(), 0L)),
                String.format(Locale.ROOT, "%.1f", tally.seconds)));
      }
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("units", stages);
    details.put("failures", reasons(failures));
    details.put("put_off", reasons(putOff));
    if (processes > 0) {
      Map<String, Object> jvms = new LinkedHashMap<>(cost.toMap());
      jvms.put("processes", processes);
      details.put("jvms", jvms);
      lines.add("");
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d fresh JVMs: start-up %.1f s each, %.1f s of CPU, %.1f s of collections, peak RSS %,d MiB",
              processes,
              cost.startUpSeconds() / processes,
              cost.cpuSeconds(),
              cost.gcSeconds(),
              cost.peakRssBytes() >> 20));
    }
    if (!failures.isEmpty()) {
      lines.add("");
      failures.values().stream().limit(FAILURES_TOLD).forEach(lines::add);
      if (failures.size() > FAILURES_TOLD) {
        lines.add("and %,d more that failed".formatted(failures.size() - FAILURES_TOLD));
      }
    }
    lines.add("");
    return new Outcome(sum, lines, details, failures.isEmpty() ? ExitCode.DONE : ExitCode.FAILED);
  }

  private static long count(Map<Unit, String> some, String stage) {
    return some.keySet().stream().filter(unit -> unit.stage().equals(stage)).count();
  }

  private static List<Map<String, String>> reasons(Map<Unit, String> some) {
    return some.entrySet().stream()
        .map(
            entry ->
                Map.of(
                    "stage", entry.getKey().stage(),
                    "part", entry.getKey().part(),
                    "reason", entry.getValue()))
        .toList();
  }
}
