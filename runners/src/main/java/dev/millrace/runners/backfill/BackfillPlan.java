// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.ledger.UnitRecord;
import dev.millrace.ledger.UnitRecord.State;
import dev.millrace.pipelines.airquality.AirQuality;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.pipelines.airquality.WindowSize;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.runners.run.Outcome;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which units are to be done, and why; and which are left out.
 *
 * @param summaries what each of them is of
 * @param forced windows to be done whether they have changed or not
 * @param known what became of units before
 */
record BackfillPlan(
    AirQuality airQuality,
    BackfillOptions options,
    WindowSize summaries,
    List<HourWindow> forced,
    Map<Unit, UnitRecord> known) {

  /** The units of a range of windows, each with those after it that need its result. */
  List<List<Unit>> chains(List<HourWindow> windows) {
    List<List<Unit>> chains = new ArrayList<>();
    chains.add(List.of(new Unit("silver", Unit.UNDATED)));
    for (HourWindow window : windows) {
      chains.add(List.of(Unit.of("silver", window), Unit.of("gold", window)));
    }
    return options.retryFailed
        ? chains.stream().filter(chain -> chain.stream().anyMatch(this::hasFailed)).toList()
        : chains;
  }

  /** Of those that are given, the ones that are wanted. */
  List<Unit> wanted(List<Unit> units) {
    return options.retryFailed ? units.stream().filter(this::hasFailed).toList() : units;
  }

  /** Whether it need not be done unless something has changed. */
  boolean wasDone(Unit unit) {
    State state = state(unit);
    return state != null && state.isDone();
  }

  private boolean hasFailed(Unit unit) {
    return state(unit) == State.FAILED;
  }

  private @Nullable State state(Unit unit) {
    UnitRecord record = known.get(unit);
    return record == null ? null : record.state();
  }

  /** Summaries that were planned and never made. */
  List<Unit> openSummaries() {
    return known.keySet().stream()
        .filter(unit -> unit.stage().equals("summary") && !wasDone(unit))
        .toList();
  }

  /** The units that summarise a range, of which each holds what it reads in memory. */
  List<Unit> summaries(HourWindow range) throws SQLException {
    LocalDate from = range.from().toLocalDate();
    LocalDate to = range.to().toLocalDate();
    return summaries.cut(from, to, airQuality.coverage().days(from, to)).stream()
        .map(each -> Unit.of("summary", each))
        .toList();
  }

  /**
   * Why a unit is to be done, for people; empty if it is left out, as its result is there.
   *
   * @param redone units that were done just now
   */
  Optional<String> reason(Unit unit, Set<Unit> redone) throws SQLException {
    if (forced.stream().anyMatch(unit::overlaps)) {
      return Optional.of("it is forced");
    }
    if (hasWindow(unit) && airQuality.coverage().isEmpty(unit.window())) {
      return Optional.empty();
    }
    UnitRecord record = known.get(unit);
    if (record == null) {
      return Optional.of("it was never done");
    }
    if (!record.state().isDone()) {
      return Optional.of(
          switch (record.state()) {
            case FAILED -> "it failed: " + record.reason();
            case RUNNING -> "run %s died over it".formatted(record.run());
            default -> record.reason().isEmpty() ? "it was not begun" : record.reason();
          });
    }
    if (options.resume) {
      boolean follows =
          switch (unit.stage()) {
            case "gold" -> redone.contains(silver(unit));
            case "summary" -> redone.stream().anyMatch(made -> made.stage().equals("gold"));
            default -> false;
          };
      return follows ? Optional.of("what it is made of was made again") : Optional.empty();
    }
    return unit.in(airQuality).isUnchanged()
        ? Optional.empty()
        : Optional.of("what it is made of has changed");
  }

  private static boolean hasWindow(Unit unit) {
    return !unit.stage().equals("bronze") && !unit.part().equals(Unit.UNDATED);
  }

  private static Unit silver(Unit gold) {
    return new Unit("silver", gold.part());
  }

  /**
   * What would become of a unit.
   *
   * @param action {@code run}, {@code skip}, or {@code look}, if that depends on bronze to be made
   */
  private record Verdict(String action, String reason) {
    String words() {
      return switch (action) {
        case "run" -> "would run: " + reason;
        case "look" -> reason;
        default -> "done";
      };
    }
  }

  private Verdict foresee(Unit unit, Set<Unit> redone) throws SQLException {
    Optional<String> reason = reason(unit, redone);
    if (reason.isPresent()) {
      return new Verdict("run", reason.get());
    }
    if (unit.stage().equals("gold") && redone.contains(silver(unit))) {
      return new Verdict("run", "its silver would be made again");
    }
    boolean bronzeComes = redone.stream().anyMatch(made -> made.stage().equals("bronze"));
    if (bronzeComes && !unit.stage().equals("bronze")) {
      return new Verdict(
          "look",
          wasDone(unit)
              ? "done, and made again if its bronze comes out another"
              : "would run if there is bronze of it then");
    }
    return new Verdict("skip", "");
  }

  /** What would be done, and changes nothing. */
  Outcome preview(List<Unit> bronze, List<HourWindow> windows) throws SQLException {
    List<String> lines = new ArrayList<>();
    List<Map<String, String>> plan = new ArrayList<>();
    Set<Unit> redone = new HashSet<>();
    int doneBefore = 0;
    int looked = 0;
    List<Unit> units =
        Stream.concat(wanted(bronze).stream(), chains(windows).stream().flatMap(List::stream))
            .toList();
    for (Unit unit : units) {
      Verdict verdict = foresee(unit, redone);
      switch (verdict.action()) {
        case "run" -> redone.add(unit);
        case "look" -> looked++;
        default -> doneBefore++;
      }
      lines.add("  %-32s %s".formatted(unit, verdict.words()));
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("stage", unit.stage());
      fields.put("part", unit.part());
      fields.put("action", verdict.action());
      fields.put("reason", verdict.reason());
      plan.add(fields);
    }
    lines.add(
        "Would do %,d of %,d units%s, and then what reaches over windows; %,d are done."
            .formatted(
                redone.size(),
                units.size(),
                looked == 0 ? "" : ", and look at %,d once their bronze is there".formatted(looked),
                doneBefore));
    return Outcome.planned(lines.toArray(String[]::new)).with("plan", plan);
  }
}
