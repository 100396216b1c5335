// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.monitor.run.Grid;
import dev.millrace.monitor.run.Grid.Lane;
import dev.millrace.monitor.run.Grid.State;
import dev.millrace.pipelines.airquality.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How each unit stands, stage by stage in the order in which they were planned. Not thread-safe.
 */
final class UnitGrid {

  /** A unit is late that runs for so many times as long as those of its stage took on average. */
  private static final int LATE = 3;

  /** Fewer that are done say nothing of the others. */
  private static final int ENOUGH = 3;

  /** Nothing is late before. */
  private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

  private final LongSupplier nanoTime;
  private final Map<String, Units> byStage = new LinkedHashMap<>();

  UnitGrid() {
    this(System::nanoTime);
  }

  UnitGrid(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The units of a stage. */
  private static final class Units {
    private final Map<Unit, Integer> places = new HashMap<>();
    private final List<String> parts = new ArrayList<>();
    private final StringBuilder marks = new StringBuilder();

    /** Since when by its place, of those that run. */
    private final Map<Integer, Long> running = new HashMap<>();

    private long doneNanos;
    private int done;

    private int place(Unit unit) {
      return places.computeIfAbsent(
          unit,
          added -> {
            parts.add(added.label());
            marks.append(State.PLANNED.mark());
            return parts.size() - 1;
          });
    }

    private Lane lane(String stage, long now) {
      StringBuilder all = new StringBuilder(marks);
      if (done >= ENOUGH) {
        long late = Math.max(PATIENCE, LATE * doneNanos / done);
        running.forEach(
            (place, since) -> {
              if (now - since > late) {
                all.setCharAt(place, State.LATE.mark());
              }
            });
      }
      return new Lane(stage, parts, all.toString());
    }
  }

  /** Says how a unit stands, and first of all that there is one. */
  void set(Unit unit, State state) {
    Units units = byStage.computeIfAbsent(unit.stage(), stage -> new Units());
    int place = units.place(unit);
    units.marks.setCharAt(place, state.mark());
    Long since = units.running.remove(place);
    if (state == State.RUNNING) {
      units.running.put(place, nanoTime.getAsLong());
    } else if (state == State.DONE && since != null) {
      units.doneNanos += nanoTime.getAsLong() - since;
      units.done++;
    }
  }

  /** All of them. */
  Grid grid() {
    long now = nanoTime.getAsLong();
    List<Lane> lanes = new ArrayList<>();
    byStage.forEach((stage, units) -> lanes.add(units.lane(stage, now)));
    return new Grid(lanes);
  }
}
