// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.dialect.LooseStage;
import dev.millrace.dialect.TableWrite;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Enters rows that a target refused into the table {@code millrace.reject} beside it, in the
 * transaction of those that it took. Used by one thread.
 */
public final class RejectWriter {

  private static final String COUNT = "SELECT count(*) FROM millrace.reject WHERE run = ?";

  private static final String NOT_YET =
      """
      WHERE NOT EXISTS (SELECT FROM millrace.reject AS r
                        WHERE r.run = ? AND r.target = ? AND r.payload = %s)""";

  private final TableWrite write;
  private final RejectRules rules;
  private final String job;

  /** What tells a row apart, for people. */
  private final List<String> key;

  private final LooseStage stage;

  /**
   * Enters what a write refuses.
   *
   * @param ledger under which it is written, of whose job and key the rows are; null for none
   */
  public RejectWriter(TableWrite write, RejectRules rules, @Nullable Ledger ledger) {
    this.write = write;
    this.rules = rules;
    this.job = ledger == null ? "" : ledger.job();
    this.key = ledger == null ? write.key() : ledger.order().names();
    this.stage = new LooseStage(write);
  }

  /** Creates the table where it is missing, and commits. */
  public static void prepare(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    LedgerTables.create(connection);
    connection.commit();
  }

  /** How many rows of a run may be rejected. */
  public long most() {
    return rules.most();
  }

  /**
   * Enters rows within the connection's transaction.
   *
   * @throws RejectLimitException when the run has too many now
   */
  public void enter(Connection connection, List<Rejected> rejected) throws SQLException {
    if (rejected.isEmpty()) {
      return;
    }
    stage.fill(connection, rejected.stream().map(Rejected::row).toList());
    try (PreparedStatement statement = connection.prepareStatement(insert())) {
      statement.setString(1, write.table().name().sql());
      statement.setString(2, job);
      statement.setString(3, rules.run());
      statement.setArray(4, texts(connection, write.key()));
      statement.setString(5, write.newer());
      statement.setArray(6, texts(connection, rules.redacted()));
      statement.setArray(
          7, texts(connection, rejected.stream().map(each -> each.why().getSQLState()).toList()));
      statement.setArray(
          8, texts(connection, rejected.stream().map(each -> told(each.why())).toList()));
      if (mayBeRepeated()) {
        statement.setString(9, rules.run());
        statement.setString(10, write.table().name().sql());
      }
      statement.executeUpdate();
    }
    requireFew(connection, rejected.get(rejected.size() - 1).why());
  }

  private static Array texts(Connection connection, List<String> values) throws SQLException {
    return connection.createArrayOf("text", values.toArray());
  }

  /** Why a row was refused; what a server says of it may hold any of its values. */
  private String told(SQLException why) {
    if (rules.redacted().isEmpty()) {
      return String.valueOf(why.getMessage());
    }
    String where = "";
    for (Throwable t = why; t != null; t = t.getCause()) {
      if (t instanceof PSQLException refusal && refusal.getServerErrorMessage() != null) {
        ServerErrorMessage server = refusal.getServerErrorMessage();
        String constraint = server.getConstraint();
        String column = server.getColumn();
        where =
            constraint != null
                ? "constraint " + constraint
                : column != null ? "column " + column : "";
      }
    }
    return (where.isEmpty() ? "" : where + "; ")
        + "the server's words are not kept, as columns are redacted";
  }

  private String insert() {
    List<String> kept = shown(stage.names());
    List<String> keyShown = shown(key);
    return """
        INSERT INTO millrace.reject
          (target, job, run, replaced_by, newer, redacted, row_key, payload, sqlstate, message)
        SELECT ?, ?, ?, ?, ?, ?, %1$s, %2$s, w.sqlstate, w.message
        FROM (SELECT s.ctid AS place, row_number() OVER (ORDER BY s.ctid) AS number
              FROM %3$s AS s) AS n
          JOIN %3$s AS l ON l.ctid = n.place
          JOIN unnest(?::text[], ?::text[]) WITH ORDINALITY AS w (sqlstate, message, number)
            ON w.number = n.number
        %4$s ORDER BY n.number
        """
        .formatted(
            keyShown.isEmpty() ? "NULL::jsonb" : stage.texts(keyShown),
            stage.texts(kept),
            stage.from(),
            mayBeRepeated() ? NOT_YET.formatted(stage.texts(kept)) : "");
  }

  /** Rows that replace others are written once more where nobody knows whether they were. */
  private boolean mayBeRepeated() {
    return job.isEmpty() && !write.key().isEmpty();
  }

  private List<String> shown(List<String> columns) {
    return columns.stream().filter(column -> !rules.redacted().contains(column)).toList();
  }

  private void requireFew(Connection connection, SQLException last) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, rules.run());
      try (ResultSet count = statement.executeQuery()) {
        count.next();
        if (count.getLong(1) > rules.most()) {
          throw limit(last);
        }
      }
    }
  }

  /** That there are too many. */
  public RejectLimitException limit(SQLException last) {
    return new RejectLimitException(
        "Cannot write to %s: more than %,d rows were rejected, the last because: %s"
            .formatted(write.table().name(), rules.most(), told(last)));
  }
}
