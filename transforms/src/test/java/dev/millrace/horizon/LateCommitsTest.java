// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static dev.millrace.horizon.HorizonOnPostgresTest.horizon;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Strings;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.ReadOnlySessions;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Eight writers commit out of order while the horizon is looked at as often as it answers. */
class LateCommitsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int WRITERS = 8;
  private static final int TRANSACTIONS = 60;
  private static final HorizonRules RULES = HorizonRules.DEFAULT.withGuard(Duration.ofMillis(300));

  private static final String ISO = "'YYYY-MM-DD HH24:MI:SS.US'";

  /** The cursors, and SQL for texts of them that sort as their values do. */
  private static final Map<String, String> CURSORS =
      Map.of(
          "id", "lpad(id::text, 20, '0')",
          "at", "to_char(at AT TIME ZONE 'UTC', " + ISO + ") || '+00'",
          "local", "to_char(local, " + ISO + ")",
          "wall", "to_char(wall AT TIME ZONE 'UTC', " + ISO + ") || '+00'",
          "by", "lpad(by::text, 20, '0')");

  /**
   * What was seen at a moment.
   *
   * @param closed up to where, by cursor
   * @param greatest which a bookmark would be, by cursor
   * @param rows of a snapshot taken then, the first so many to be committed
   */
  private record Moment(Map<String, String> closed, Map<String, String> greatest, long rows) {}

  /** A row in the end. */
  private record Row(long committed, String value) {}

  @Test
  void look_shouldCloseNothingThatIsCommittedLater() throws Exception {
    POSTGRES.execute(
        """
        CREATE TABLE t (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(),
          local timestamp DEFAULT now(), wall timestamptz DEFAULT clock_timestamp(),
          by xid8 DEFAULT pg_current_xact_id(), committed int)
        """,
        "CREATE TABLE turn (n int)",
        "INSERT INTO turn VALUES (0)");
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(42 + i);
      writers.add(CompletableFuture.runAsync(() -> write(random), threads));
    }
    threads.shutdown();
    CompletableFuture<Void> all =
        CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new));
    List<Moment> moments = watch(all);
    all.get();

    for (String cursor : CURSORS.keySet()) {
      List<Row> rows =
          POSTGRES.query(
              "SELECT committed, " + CURSORS.get(cursor) + " FROM t",
              row -> new Row(row.getLong(1), row.getString(2)));
      assertThat(rows).hasSize(WRITERS * TRANSACTIONS);
      assertThat(moments.stream().map(each -> each.closed().get(cursor)).distinct())
          .as(cursor)
          .hasSizeGreaterThan(3);
      assertThat(lost(rows, moments, each -> each.closed().get(cursor))).as(cursor).isZero();
      assertThat(lost(rows, moments, each -> each.greatest().get(cursor))).as(cursor).isPositive();
    }
  }

  /** Rows committed after a moment that are below a bound of that moment. */
  private static long lost(
      List<Row> rows, List<Moment> moments, Function<Moment, @Nullable String> bound) {
    long lost = 0;
    for (Moment moment : moments) {
      String below = bound.apply(moment);
      lost +=
          rows.stream()
              .filter(row -> row.committed() > moment.rows())
              .filter(row -> below != null && row.value().compareTo(below) < 0)
              .count();
    }
    return lost;
  }

  private static List<Moment> watch(CompletableFuture<Void> writers) throws SQLException {
    List<Moment> moments = new ArrayList<>();
    Map<String, String> memories = new HashMap<>();
    try (Connection asking =
        ConnectionSpec.of(POSTGRES.jdbcUrl()).connect(ReadOnlySessions.HORIZON)) {
      List<Horizon> horizons = new ArrayList<>();
      for (String cursor : CURSORS.keySet()) {
        horizons.add(horizon(asking, "t", cursor, RULES));
      }
      while (!writers.isDone()) {
        Map<String, String> closed = new HashMap<>();
        for (Horizon each : horizons) {
          Look look = each.look(asking, memories.getOrDefault(each.column(), ""));
          memories.put(each.column(), look.memory());
          String high = look.high();
          if (high != null) {
            boolean number = high.indexOf(' ') < 0;
            closed.put(each.column(), number ? Strings.padStart(high, 20, '0') : high);
          }
        }
        moments.add(moment(asking, closed));
      }
    }
    return moments;
  }

  private static Moment moment(Connection connection, Map<String, String> closed)
      throws SQLException {
    StringBuilder sql = new StringBuilder("SELECT count(*)");
    CURSORS.forEach(
        (cursor, text) -> sql.append(", max(").append(text).append(") AS ").append(cursor));
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql + " FROM t")) {
      row.next();
      Map<String, String> greatest = new HashMap<>();
      for (String cursor : CURSORS.keySet()) {
        greatest.put(cursor, Strings.nullToEmpty(row.getString(cursor)));
      }
      return new Moment(closed, greatest, row.getLong(1));
    }
  }

  /** Who commits takes the next number, and nobody else until he has. */
  private static void write(Random random) {
    try (Connection connection = POSTGRES.connection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < TRANSACTIONS; i++) {
        // Now and then for longer than the guard.
        double hold = random.nextDouble() < 0.04 ? 0.7 : random.nextDouble() * 0.03;
        statement.execute("SELECT now(), pg_sleep(" + random.nextDouble() * 0.02 + ")");
        statement.execute("INSERT INTO t DEFAULT VALUES");
        statement.execute("SELECT pg_sleep(" + hold + ")");
        statement.execute(
            """
            WITH next AS (UPDATE turn SET n = n + 1 RETURNING n)
            UPDATE t SET committed = (SELECT n FROM next) WHERE id = currval('t_id_seq')
            """);
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
