// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.block.Blocks;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.incremental.Incremental;
import dev.millrace.pipelines.incremental.IncrementalOptions;
import dev.millrace.pipelines.incremental.NullCursor;
import dev.millrace.pipelines.incremental.OnDrift;
import java.io.Serializable;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** What runs in a child JVM of the benchmark: one copy. */
public final class TaskMain {

  private TaskMain() {}

  /**
   * What it took.
   *
   * @param seconds from before the first connection to the last commit
   * @param rows written
   */
  record Took(double seconds, long rows) implements Serializable {}

  /** Takes a {@link Task} and answers with what it {@link Took}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.WARNING);
    ChildJvm.serve(args, Task.class, TaskMain::measure);
  }

  private static Took measure(Task task) throws SQLException {
    long start = System.nanoTime();
    if (task.since().isEmpty()) {
      copyWhatIsNew(task);
    } else {
      FilteredRead.copy(task);
    }
    return new Took((System.nanoTime() - start) / 1e9, Measure.ROWS_WRITTEN.total());
  }

  private static void copyWhatIsNew(Task task) throws SQLException {
    Instant began = Instant.now();
    IncrementalOptions options =
        new IncrementalOptions(
            task.server(),
            task.table(),
            task.server(),
            task.into(),
            "updated_at",
            List.of("id"),
            true,
            "bench " + task.table(),
            List.of(),
            "",
            Blocks.DEFAULT_SIZE,
            task.parallelism(),
            HorizonRules.DEFAULT.withGuard(Duration.ZERO),
            NullCursor.FAIL,
            OnDrift.FAIL,
            null);
    try (Incremental sync = Incremental.open(options, "bench", "direct")) {
      if (!sync.isIdle()) {
        Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
        sync.applyTo(pipeline);
        pipeline.run().waitUntilFinish();
      }
      sync.finish(Measure.BYTES.total(), began, Instant.now());
    }
  }
}
