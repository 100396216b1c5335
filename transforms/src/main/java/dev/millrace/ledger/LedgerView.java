// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A database's ledger from outside: what it holds, and how to make it forget. */
public final class LedgerView {

  private LedgerView() {}

  /**
   * A job and its parts.
   *
   * @param windows of its cursor, in order; none when it has no cursor
   * @param splits of a window that was not ended, or of the copy of a whole table
   * @param recounts of its windows, as far as the source could tell
   */
  public record Job(
      JobRecord record,
      List<WindowRecord> windows,
      List<SplitRecord> splits,
      List<RecountRecord> recounts) {

    public Job {
      windows = List.copyOf(windows);
      splits = List.copyOf(splits);
      recounts = List.copyOf(recounts);
    }

    /** Where its cursor stands: all below is in the target. Empty when it has none, or at first. */
    public Optional<Position> cursor() {
      if (windows.isEmpty()) {
        return Optional.empty();
      }
      WindowRecord last = windows.get(windows.size() - 1);
      boolean followed = !last.isDone() && last.isFollowed() && !splits.isEmpty();
      return followed ? followedTo(last) : last.cursor();
    }

    /** What was copied last, of a cursor. */
    public Optional<String> columns() {
      return windows.isEmpty()
          ? Optional.empty()
          : Optional.of(windows.get(windows.size() - 1).columns());
    }

    /** What must be known to close the next window. */
    public String memory() {
      return windows.isEmpty() ? "" : windows.get(windows.size() - 1).memory();
    }

    private Optional<Position> followedTo(WindowRecord last) {
      SplitRecord open = splits.get(splits.size() - 1);
      boolean othersDone = splits.stream().limit(splits.size() - 1L).allMatch(SplitRecord::isDone);
      if (!othersDone) {
        return last.cursor();
      }
      boolean begun =
          !open.covered().isEmpty()
              && Objects.equals(open.covered().get(0).low(), open.range().low());
      return Optional.ofNullable(begun ? open.covered().get(0).high() : open.range().low());
    }
  }

  /** All jobs by name; none when the database has no ledger. */
  public static List<Job> jobs(ConnectionSpec spec) throws SQLException {
    try (Connection connection = spec.connect("ledger")) {
      connection.setAutoCommit(false);
      List<Job> jobs = new ArrayList<>();
      for (JobRecord job : JobRecord.list(connection)) {
        jobs.add(of(connection, job));
      }
      return jobs;
    }
  }

  private static Job of(Connection connection, JobRecord job) throws SQLException {
    return new Job(
        job,
        WindowRecord.list(connection, job.job()),
        SplitRecord.list(connection, job.job()),
        RecountRecord.list(connection, job.job()));
  }

  static Optional<Job> find(Connection connection, String name) throws SQLException {
    Optional<JobRecord> job = JobRecord.find(connection, name);
    return job.isEmpty() ? Optional.empty() : Optional.of(of(connection, job.get()));
  }

  /** One job, if the ledger knows it. */
  public static Optional<JobRecord> find(ConnectionSpec spec, String job) throws SQLException {
    try (Connection connection = spec.connect("ledger")) {
      return LedgerTables.exist(connection) ? JobRecord.find(connection, job) : Optional.empty();
    }
  }

  /** One job with its parts, if the ledger knows it. */
  public static Optional<Job> job(ConnectionSpec spec, String name) throws SQLException {
    try (Connection connection = spec.connect("ledger")) {
      return LedgerTables.exist(connection) ? find(connection, name) : Optional.empty();
    }
  }

  /**
   * Forgets a job. What it wrote stays; workers of a run that still goes on are refused.
   *
   * @throws JobActiveException when a run has the job
   */
  public static void forget(ConnectionSpec spec, String job) throws SQLException {
    try (LedgerJob held = LedgerJob.open(spec, job);
        Connection connection = spec.connect("ledger " + held.name())) {
      JobRecord.delete(connection, job);
    }
  }

  /** The jobs that were done longer ago. */
  public static List<JobRecord> doneBefore(ConnectionSpec spec, Instant now, Duration age)
      throws SQLException {
    List<JobRecord> old = new ArrayList<>();
    for (Job each : jobs(spec)) {
      JobRecord job = each.record();
      if (job.doneAt() != null && job.doneAt().isBefore(now.minus(age))) {
        old.add(job);
      }
    }
    return old;
  }
}
