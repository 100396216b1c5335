// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database's ledger from outside: what it holds, and how to make it forget. */
public final class LedgerView {

  private LedgerView() {}

  /** All jobs by name, each with its splits; none when the database has no ledger. */
  public static Map<JobRecord, List<SplitRecord>> jobs(ConnectionSpec spec) throws SQLException {
    try (Connection connection = spec.connect("ledger")) {
      connection.setAutoCommit(false);
      Map<JobRecord, List<SplitRecord>> jobs = new LinkedHashMap<>();
      for (JobRecord job : JobRecord.list(connection)) {
        jobs.put(job, SplitRecord.list(connection, job.job()));
      }
      return jobs;
    }
  }

  /** One job, if the ledger knows it. */
  public static Optional<JobRecord> find(ConnectionSpec spec, String job) throws SQLException {
    try (Connection connection = spec.connect("ledger")) {
      return LedgerTables.exist(connection) ? JobRecord.find(connection, job) : Optional.empty();
    }
  }

  /** The windows of a job that are known, in order; none when it has no cursor. */
  public static List<WindowRecord> windows(ConnectionSpec spec, String job) throws SQLException {
    try (Connection connection = spec.connect("ledger")) {
      return LedgerTables.exist(connection) ? WindowRecord.list(connection, job) : List.of();
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
    for (JobRecord job : jobs(spec).keySet()) {
      if (job.doneAt() != null && job.doneAt().isBefore(now.minus(age))) {
        old.add(job);
      }
    }
    return old;
  }
}
