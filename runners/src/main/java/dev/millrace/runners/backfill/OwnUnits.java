// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.connect.Owner;
import dev.millrace.pipelines.airquality.AirQuality;
import dev.millrace.pipelines.airquality.Stage;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.runners.console.DaemonThread;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.pipeline.PipelineRun;
import dev.millrace.runners.run.Drain;
import dev.millrace.runners.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;

/**
 * Does units in this JVM.
 *
 * @param airQuality that makes each whether it has changed or not
 */
record OwnUnits(Run run, AirQuality airQuality) implements UnitRunner {

  @Override
  public Done run(List<Unit> units, int parallelism) throws InterruptedException {
    List<UnitEnd> ends = new ArrayList<>();
    for (Unit unit : units) {
      ends.add(end(unit, parallelism));
      if (!ends.get(ends.size() - 1).isDone()) {
        break;
      }
    }
    return new Done(ends, JvmCost.NONE);
  }

  /** In a thread of its own: one that waits for the server heeds no interrupt. */
  private UnitEnd end(Unit unit, int parallelism) throws InterruptedException {
    Owner owner = new Owner();
    FutureTask<UnitEnd> making = new FutureTask<>(() -> owner.call(() -> make(unit, parallelism)));
    Thread worker = DaemonThread.start("millrace-unit", making);
    try {
      UnitEnd end = making.get();
      if (!end.isDone()) {
        // Its pipeline may have left threads, which are not to write beside the next attempt.
        owner.abort("its attempt failed");
      }
      return end;
    } catch (InterruptedException stopped) {
      worker.interrupt();
      owner.abort("it was ended");
      worker.join(Drain.MOST.toMillis());
      throw stopped;
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof InterruptedException stopped) {
        throw stopped;
      }
      throw new IllegalStateException(failure.getCause());
    }
  }

  private UnitEnd make(Unit unit, int parallelism) throws InterruptedException {
    long start = System.nanoTime();
    try {
      Stage stage = unit.in(airQuality);
      Pipeline pipeline = PipelineRun.pipeline(run, stage.name(), parallelism);
      stage.applyTo(pipeline);
      PipelineResult result = PipelineRun.beside(run, pipeline, unit.toString());
      stage.keep();
      return new UnitEnd(unit, "", PipelineRun.counts(result), seconds(start));
    } catch (InterruptedException stopped) {
      throw stopped;
    } catch (Exception failure) {
      if (run.stop().isRequested()) {
        throw new InterruptedException(String.valueOf(failure.getMessage()));
      }
      return UnitEnd.failed(unit, Sentence.of("make " + unit, failure), seconds(start));
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
