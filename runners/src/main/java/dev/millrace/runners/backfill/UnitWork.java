// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.pipelines.airquality.AirQuality;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.runners.console.DaemonTimer;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.time.Duration;
import java.util.List;

/**
 * Does units one after another, within a process that was started for them.
 *
 * @param units of which those are left out that come after one that failed
 */
record UnitWork(AirQuality airQuality, List<Unit> units) implements Work {

  private static final Duration TELL = Duration.ofSeconds(1);

  @Override
  public Outcome run(Run run) throws Exception {
    double startUp = JvmCost.secondsSinceStart();
    run.stop().setAction(Thread.currentThread()::interrupt);
    UnitRunner.Done done;
    try (DaemonTimer timer = new DaemonTimer("millrace-moved")) {
      RowsMoved moved = new RowsMoved();
      timer.every(TELL, TELL, () -> moved.line().ifPresent(run.console().out()::println));
      done = new OwnUnits(run, airQuality).run(units, run.options().parallelism);
    }
    Counts sum = done.ends().stream().map(UnitEnd::counts).reduce(Counts.ZERO, Counts::plus);
    return Outcome.of(sum)
        .with("units", done.ends().stream().map(UnitEnd::toMap).toList())
        .with("jvm", JvmCost.now(startUp).toMap());
  }
}
