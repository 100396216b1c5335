// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pulse;
import dev.millrace.dialect.CanonicalText;
import dev.millrace.ledger.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of two databases, seen at one moment: a connection in a transaction that began when this was
 * opened. Used by one thread at a time, but for {@link #cancel}.
 */
final class Side implements AutoCloseable {

  /** Rows fetched at a time: enough that the way to the server does not count. */
  private static final int FETCH = 5_000;

  private static final Pattern PLAN_ROWS = Pattern.compile("\"Plan Rows\": (\\d+)");

  private final String role;
  private final ConnectionSpec spec;
  private final Connection connection;
  private final Pulse pulse;
  private volatile @Nullable Statement running;
  private volatile boolean cancelled;
  private long nanos;

  private Side(String role, ConnectionSpec spec, Connection connection, Pulse pulse) {
    this.role = role;
    this.spec = spec;
    this.connection = connection;
    this.pulse = pulse;
  }

  /**
   * Takes a snapshot.
   *
   * @param role source or target, for who reads of a failure
   */
  static Side open(String role, ConnectionSpec spec) throws SQLException {
    Connection connection = spec.connect("verify " + role);
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(begin(spec, connection.getMetaData().getDatabaseMajorVersion()));
      CanonicalText.settle(connection);
      return new Side(role, spec, connection, Pulse.over(spec, connection));
    } catch (SQLException | RuntimeException failure) {
      connection.close();
      throw failure;
    }
  }

  private static String begin(ConnectionSpec spec, int version) {
    // To compile the search for a range takes longer than to run it.
    return "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
        + "SET LOCAL statement_timeout = 0;"
        + "SET LOCAL idle_in_transaction_session_timeout = 0;"
        + "SET LOCAL tcp_keepalives_idle = 60;"
        + "SET LOCAL jit = off;"
        + "SET LOCAL work_mem = '64MB';"
        + (version >= 14 ? "SET LOCAL client_connection_check_interval = '10s';" : "")
        + (version >= 17 ? "SET LOCAL transaction_timeout = 0;" : "")
        + "SET LOCAL lock_timeout = "
        + spec.timeouts().stall().toMillis();
  }

  Connection connection() {
    return connection;
  }

  /** How long this side took to answer so far. */
  Duration busy() {
    return Duration.ofNanos(nanos);
  }

  /** Ends what is under way, and all that would come; from any thread. */
  void cancel() throws SQLException {
    cancelled = true;
    Statement now = running;
    if (now != null) {
      now.cancel();
    }
  }

  /** The sums of ranges, in their order. */
  List<RangeSum> sums(SideSql sql, List<KeyRange> ranges) throws SQLException {
    List<RangeSum> sums = new ArrayList<>(Collections.nCopies(ranges.size(), RangeSum.NONE));
    ask(
        sql.sums(ranges),
        row ->
            sums.set(
                row.getInt(1),
                RangeSum.of(row.getLong(2), row.getLong(3), row.getString(4), row.getString(5))));
    return sums;
  }

  /** The rows of ranges, to be closed before anything else is asked. */
  RowStream rows(SideSql sql, List<KeyRange> ranges) throws SQLException {
    long start = System.nanoTime();
    Statement statement = begin();
    try {
      statement.setFetchSize(FETCH);
      return new RowStream(statement, statement.executeQuery(sql.rows(ranges)));
    } catch (SQLException failure) {
      statement.close();
      throw failure;
    } finally {
      nanos += System.nanoTime() - start;
      running = null;
    }
  }

  /** Texts in rows: keys, for one. */
  List<List<@Nullable String>> texts(String query) throws SQLException {
    List<List<@Nullable String>> texts = new ArrayList<>();
    ask(
        query,
        row -> {
          List<@Nullable String> text = new ArrayList<>();
          for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            text.add(row.getString(i));
          }
          texts.add(text);
        });
    return texts;
  }

  /** Sampled places of ranges, by the range's number. */
  List<List<Position>> samples(String query, int ranges) throws SQLException {
    List<List<Position>> samples = new ArrayList<>();
    for (int i = 0; i < ranges; i++) {
      samples.add(new ArrayList<>());
    }
    ask(
        query,
        row -> {
          List<String> values = new ArrayList<>();
          for (int i = 2; i <= row.getMetaData().getColumnCount(); i++) {
            values.add(row.getString(i));
          }
          samples.get(row.getInt(1)).add(new Position(values));
        });
    return samples;
  }

  /** How many rows the planner expects of a query. */
  long estimate(String explain) throws SQLException {
    StringBuilder plan = new StringBuilder();
    ask(explain, row -> plan.append(row.getString(1)));
    Matcher rows = PLAN_ROWS.matcher(plan);
    if (!rows.find()) {
      throw new SQLException("Cannot verify: the " + role + " gives no estimate of its rows");
    }
    return Long.parseLong(rows.group(1));
  }

  @FunctionalInterface
  private interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  private void ask(String query, RowReader reader) throws SQLException {
    long start = System.nanoTime();
    try (Statement statement = begin();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        reader.read(rows);
      }
    } finally {
      nanos += System.nanoTime() - start;
      running = null;
    }
  }

  private Statement begin() throws SQLException {
    Statement statement = connection.createStatement();
    running = statement;
    if (cancelled) {
      throw new SQLException("Cannot verify: it was told to stop");
    }
    return statement;
  }

  /** The failure of anything that was asked of this side: what it means, if this is known. */
  SQLException explained(SQLException failure) {
    return pulse.lost()
        ? new SQLException(
            "Cannot verify: the %s %s has not answered for %d s"
                .formatted(role, spec.address(), spec.timeouts().stall().toSeconds()),
            failure)
        : failure;
  }

  @Override
  public void close() throws SQLException {
    try (pulse) {
      connection.close();
    }
  }
}
