// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import dev.millrace.ledger.CursorJob;
import dev.millrace.read.Follow;
import dev.millrace.write.WriteTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;

/**
 * Copies a table into another and then, without an end, what is new: {@link Follow}, then {@link
 * WriteTable} under the same ledger, and a count by event-time window of what was written. One
 * unbounded pipeline.
 */
public final class Followed implements AutoCloseable {

  private final IncrementalOptions options;
  private final CursorJob job;
  private final Follow read;
  private final WindowedCounts counts;
  private final List<String> notes;

  private Followed(
      IncrementalOptions options,
      CursorJob job,
      Follow read,
      WindowedCounts counts,
      List<String> notes) {
    this.options = options;
    this.job = job;
    this.read = read;
    this.counts = counts;
    this.notes = List.copyOf(notes);
  }

  /**
   * Takes hold of the job, and goes on from where its cursor stands.
   *
   * @param run the run's identity, told to who wants to run the same job
   * @param runner where it runs
   * @param poll how long to wait when nothing is new, above 0
   * @param counts of what is written
   * @throws IllegalArgumentException when a table or column does not exist or does not fit, or rows
   *     have no value of the cursor and may not
   * @throws dev.millrace.horizon.HorizonException when no window can be closed safely
   * @throws dev.millrace.ledger.JobActiveException when another run has the job
   * @throws SQLException when a server does not answer or refuses
   */
  public static Followed open(
      IncrementalOptions wanted, String run, String runner, Duration poll, WindowedCounts counts)
      throws SQLException {
    Drift.Settled drift = Drift.settle(wanted);
    IncrementalOptions options = drift.options();
    if (options.nullCursor() == NullCursor.INCLUDE) {
      throw new IllegalArgumentException(
          "Invalid policy for a NULL cursor: include (must be fail or skip to follow a table)");
    }
    Incremental.write(options).plan(Incremental.read(options).schema());
    Incremental.nulls(options);
    CursorJob job = CursorJob.open(options.target(), options.job());
    try {
      var increments = Incremental.increments(options);
      increments.begin(job, Incremental.target(options), run, runner);
      boolean newColumns = options.onDrift() != OnDrift.IGNORE && options.columns().isEmpty();
      Follow read = increments.follow(job, poll, counts.window(), newColumns);
      return new Followed(options, job, read, counts, drift.notes());
    } catch (SQLException | RuntimeException failure) {
      job.close();
      throw failure;
    }
  }

  public CursorJob job() {
    return job;
  }

  /** What is to be told before it runs: how columns changed, what is doubtful of the cursor. */
  public List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    all.addAll(read.doubts());
    return all;
  }

  /** Adds the copy to a pipeline, to be run before this is closed. */
  public void applyTo(Pipeline pipeline) {
    pipeline
        .apply("Read", read)
        .apply("Write", Incremental.write(options).ledger(read.ledger()))
        .apply("Count", counts);
  }

  /** Tells the pipeline, wherever it runs, to read no more. */
  public void stop() throws SQLException {
    job.stop(true);
  }

  /**
   * Whether it reads no more and all that it read is written, so that it may be cancelled. Not
   * every runner ends a pipeline by itself then.
   */
  public boolean isStopped() throws SQLException {
    return job.isStopped();
  }

  /** Lets the job go. */
  @Override
  public void close() throws SQLException {
    job.close();
  }
}
