// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job as the ledger has it.
 *
 * @param job its name
 * @param definition what is copied
 * @param attempts runs that began it
 * @param run the latest of them
 * @param runner where that ran
 * @param begunAt when the first began, by the server's clock
 * @param attemptAt when the latest began
 * @param doneAt null while not done
 * @param rows written, known when done, or of a cursor by its windows that are
 */
public record JobRecord(
    String job,
    String definition,
    int attempts,
    String run,
    String runner,
    Instant begunAt,
    Instant attemptAt,
    @Nullable Instant doneAt,
    long rows) {

  /** Of a job that the ledger does not know. */
  static final JobRecord NEW =
      new JobRecord("", "", 0, "", "", Instant.EPOCH, Instant.EPOCH, null, 0);

  private static final String INSERT =
      """
      INSERT INTO millrace.job (job, definition, attempts, run, runner, begun_at, attempt_at)
      VALUES (?, ?, 1, ?, ?, clock_timestamp(), clock_timestamp())
      """;

  private static final String NEXT_ATTEMPT =
      """
      UPDATE millrace.job SET attempts = attempts + 1, run = ?, runner = ?,
        attempt_at = clock_timestamp() WHERE job = ?
      """;

  private static final String DONE =
      "UPDATE millrace.job SET done_at = clock_timestamp(), rows = ? WHERE job = ?";

  public boolean isDone() {
    return doneAt != null;
  }

  static Optional<JobRecord> find(Connection connection, String job) throws SQLException {
    return query(connection, "SELECT * FROM millrace.job WHERE job = ?", job).stream().findFirst();
  }

  /** All jobs by name; none when the database has no ledger. */
  public static List<JobRecord> list(Connection connection) throws SQLException {
    return LedgerTables.exist(connection)
        ? query(connection, "SELECT * FROM millrace.job ORDER BY job", null)
        : List.of();
  }

  private static List<JobRecord> query(Connection connection, String sql, @Nullable String job)
      throws SQLException {
    List<JobRecord> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (job != null) {
        statement.setString(1, job);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Timestamp done = row.getTimestamp("done_at");
          found.add(
              new JobRecord(
                  row.getString("job"),
                  row.getString("definition"),
                  row.getInt("attempts"),
                  row.getString("run"),
                  row.getString("runner"),
                  row.getTimestamp("begun_at").toInstant(),
                  row.getTimestamp("attempt_at").toInstant(),
                  done == null ? null : done.toInstant(),
                  row.getLong("rows")));
        }
      }
    }
    return found;
  }

  /**
   * Begins an attempt of a job, unless it is done.
   *
   * @throws IllegalArgumentException when it was begun with another definition
   */
  static JobRecord begin(
      Connection connection, String job, String definition, String run, String runner)
      throws SQLException {
    JobRecord found = find(connection, job).orElse(NEW);
    if (found.attempts() > 0 && !found.definition().equals(definition)) {
      throw new IllegalArgumentException(
          "Invalid job: "
              + job
              + ", which was begun as \""
              + found.definition()
              + "\" and not as \""
              + definition
              + "\" (must be the same to go on; name another with --job, or forget it with"
              + " millrace state --reset)");
    }
    if (found.attempts() == 0) {
      insert(connection, job, definition, run, runner);
    } else if (!found.isDone()) {
      nextAttempt(connection, job, run, runner);
    }
    return find(connection, job).orElseThrow();
  }

  private static void insert(
      Connection connection, String job, String definition, String run, String runner)
      throws SQLException {
    Statements.update(connection, INSERT, job, definition, run, runner);
  }

  private static void nextAttempt(Connection connection, String job, String run, String runner)
      throws SQLException {
    Statements.update(connection, NEXT_ATTEMPT, run, runner, job);
  }

  static void done(Connection connection, String job, long rows) throws SQLException {
    Statements.update(connection, DONE, rows, job);
  }

  static void addRows(Connection connection, String job, long rows) throws SQLException {
    Statements.update(
        connection, "UPDATE millrace.job SET rows = rows + ? WHERE job = ?", rows, job);
  }

  /**
   * Forgets a job and its splits; what it wrote stays. The caller commits.
   *
   * @return false when there is none of that name
   */
  static boolean delete(Connection connection, String job) throws SQLException {
    return Statements.update(connection, "DELETE FROM millrace.job WHERE job = ?", job) > 0;
  }
}
