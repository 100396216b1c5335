// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.ledger.UnitLedger;
import dev.millrace.ledger.UnitRecord.State;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pool.Schedule;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Progress;
import dev.millrace.runners.run.Run;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Does the units of a plan, several at once, and keeps book of each. A unit that fails ends nothing
 * but those that need its result: a file whose bronze failed is missing from the windows, which are
 * made again once it is there.
 */
final class Backfill {

  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  /** For a child to end by its own patience before its task does. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final Run run;
  private final BackfillOptions options;
  private final BackfillPlan plan;
  private final UnitLedger ledger;
  private final UnitRunner runner;
  private final BackfillReport report;
  private final Set<Unit> done = ConcurrentHashMap.newKeySet();

  Backfill(
      Run run, BackfillOptions options, BackfillPlan plan, UnitLedger ledger, UnitRunner runner) {
    this.run = run;
    this.options = options;
    this.plan = plan;
    this.ledger = ledger;
    this.runner = runner;
    this.report = new BackfillReport(run);
  }

  /**
   * Does what is to be done.
   *
   * @param bronze a unit for each file
   * @param windows asked once bronze is there
   */
  Outcome run(List<Unit> bronze, Callable<List<HourWindow>> windows) throws Exception {
    Thread worker = Thread.currentThread();
    run.stop().setAction(worker::interrupt);
    run.follow(report::progress);
    schedule(plan.wanted(bronze).stream().map(List::of).toList());
    List<HourWindow> range = windows.call();
    Set<Unit> open = new LinkedHashSet<>(plan.openSummaries());
    if (!range.isEmpty()) {
      // Planned before the windows: a run that dies over the last of them leaves it to the next.
      Unit whole = Unit.of("summary", hull(range));
      ledger.plan(whole.stage(), List.of(whole.part()));
      schedule(plan.chains(range));
      summarise(open, whole);
    } else {
      summarise(open, null);
    }
    run.stopClock();
    return report.outcome();
  }

  /**
   * Makes what reaches over windows, for those that were made now or by a run that did not come so
   * far. One range after another: where they meet, they write the same rows.
   *
   * @param open summaries of such runs
   * @param whole the summary of all windows of this run; null if there are none
   */
  private void summarise(Set<Unit> open, @Nullable Unit whole) throws Exception {
    List<HourWindow> changed =
        Stream.concat(open.stream(), done.stream().filter(unit -> unit.stage().equals("gold")))
            .map(Unit::window)
            .toList();
    Set<Unit> covered = new LinkedHashSet<>(open);
    if (whole != null) {
      covered.add(whole);
    }
    if (!changed.isEmpty()) {
      List<Unit> summaries = plan.summaries(hull(changed));
      for (Unit summary : summaries) {
        schedule(List.of(List.of(summary)));
      }
      if (summaries.stream().anyMatch(report::hasFailed)) {
        return;
      }
      summaries.forEach(covered::remove);
    }
    for (Unit unit : covered) {
      ledger.end(unit.stage(), unit.part(), State.SKIPPED, "");
    }
  }

  private static HourWindow hull(List<HourWindow> windows) {
    LocalDateTime from =
        windows.stream().map(HourWindow::from).min(Comparator.naturalOrder()).orElseThrow();
    LocalDateTime to =
        windows.stream().map(HourWindow::to).max(Comparator.naturalOrder()).orElseThrow();
    return new HourWindow(from, to);
  }

  /** Does units, of which those of a chain need each other in their order. */
  private void schedule(List<List<Unit>> chains) throws Exception {
    plan(chains);
    // What runs alone need not leave room for others.
    int parallelism = chains.size() > 1 ? run.options().parallelism : run.options().alone;
    List<Schedule.Task> tasks = new ArrayList<>();
    for (List<Unit> chain : chains) {
      if (options.isolate == Isolation.WINDOW) {
        tasks.add(new Schedule.Task(name(chain.get(0)), () -> make(chain, parallelism), List.of()));
        continue;
      }
      List<String> before = List.of();
      for (Unit unit : chain) {
        tasks.add(new Schedule.Task(name(unit), () -> make(List.of(unit), parallelism), before));
        before = List.of(name(unit));
      }
    }
    Schedule schedule =
        Schedule.of(options.workers(run.options()))
            .keepGoing()
            .retries(options.retries, RETRY_DELAY)
            .grace(BackfillOptions.grace())
            .timeout(
                options.isolate == Isolation.NONE
                    ? options.timeout
                    : options.timeout.plus(BackfillOptions.grace()).plus(MARGIN))
            .tasks(tasks);
    List<Schedule.Done> ends = Progress.during(run, report::progress, schedule::run);
    Set<String> neverBegun =
        ends.stream()
            .filter(end -> end.attempts() == 0)
            .map(Schedule.Done::task)
            .collect(Collectors.toSet());
    for (Unit unit : flat(chains)) {
      if (neverBegun.contains(name(unit))) {
        putOff(unit, "what it is made of failed");
      }
    }
  }

  private static String name(Unit unit) {
    return "make " + unit;
  }

  private static List<Unit> flat(List<List<Unit>> chains) {
    return chains.stream().flatMap(List::stream).toList();
  }

  /** Those that are done are planned once it is known that they have changed. */
  private void plan(List<List<Unit>> chains) throws SQLException {
    List<Unit> units = flat(chains);
    for (String stage : Unit.STAGES) {
      ledger.plan(
          stage,
          units.stream()
              .filter(unit -> unit.stage().equals(stage) && !plan.wasDone(unit))
              .map(Unit::part)
              .toList());
    }
    report.planned(units);
  }

  /** Does the units of a chain that are to be done. */
  private boolean make(List<Unit> chain, int parallelism) throws Exception {
    Unit first = chain.get(0);
    try {
      List<Unit> units = toDo(chain);
      if (!units.isEmpty()) {
        first = units.get(0);
        doAll(units, parallelism);
      }
      return true;
    } catch (InterruptedException | UnitFailedException told) {
      throw told;
    } catch (Exception failure) {
      // Of the database that the book is kept in, perhaps: what cannot be written is told all the
      // same.
      String why = Sentence.of(name(first), failure);
      report.failed(first, why);
      ledger.end(first.stage(), first.part(), State.FAILED, why);
      throw failure;
    }
  }

  private List<Unit> toDo(List<Unit> chain) throws SQLException {
    List<Unit> units = new ArrayList<>();
    for (Unit unit : chain) {
      if (done.contains(unit)) {
        continue;
      }
      // What comes after one that is made again is made again.
      if (units.isEmpty() && plan.reason(unit, done).isEmpty()) {
        ledger.end(unit.stage(), unit.part(), State.SKIPPED, "");
        report.skipped(unit);
      } else {
        units.add(unit);
      }
    }
    return units;
  }

  private void doAll(List<Unit> units, int parallelism) throws Exception {
    for (Unit unit : units) {
      if (plan.wasDone(unit)) {
        ledger.plan(unit.stage(), List.of(unit.part()));
      }
    }
    begin(units.get(0));
    List<UnitEnd> ends;
    try {
      UnitRunner.Done told = runner.run(units, parallelism);
      report.cost(told.cost());
      ends = told.ends();
    } catch (InterruptedException stopped) {
      putOff(units, stopped);
      throw stopped;
    } catch (Exception failure) {
      if (run.stop().isRequested()) {
        putOff(units, failure);
        throw new InterruptedException("stopped");
      }
      ends = List.of(UnitEnd.failed(units.get(0), Sentence.of(name(units.get(0)), failure), 0));
    }
    for (int i = 0; i < ends.size(); i++) {
      if (i > 0) {
        begin(ends.get(i).unit());
      }
      end(ends.get(i));
    }
  }

  private void begin(Unit unit) throws SQLException {
    int attempt = ledger.begin(unit.stage(), unit.part());
    report.begun(unit, attempt);
  }

  private void end(UnitEnd end) throws SQLException, UnitFailedException {
    Unit unit = end.unit();
    if (end.isDone()) {
      done.add(unit);
      ledger.done(unit.stage(), unit.part(), end.figures());
      report.done(end);
      return;
    }
    ledger.end(unit.stage(), unit.part(), State.FAILED, end.failure());
    report.failed(unit, end.failure());
    throw new UnitFailedException(end.failure());
  }

  /** They were ended: nobody knows how they would have. */
  private void putOff(List<Unit> units, Exception why) {
    try {
      if (run.stop().isRequested()) {
        for (Unit unit : units) {
          putOff(unit, "it was stopped");
        }
      } else {
        String late = "it took longer than " + DurationConverter.text(options.timeout);
        ledger.end(units.get(0).stage(), units.get(0).part(), State.FAILED, late);
        report.failed(units.get(0), "Cannot %s: %s".formatted(name(units.get(0)), late));
      }
    } catch (SQLException lost) {
      why.addSuppressed(lost);
    }
  }

  private void putOff(Unit unit, String reason) throws SQLException {
    ledger.end(unit.stage(), unit.part(), State.PLANNED, reason);
    report.putOff(unit, reason);
  }

  /** Was kept book of already. */
  private static final class UnitFailedException extends Exception {
    UnitFailedException(String message) {
      super(message);
    }
  }
}
