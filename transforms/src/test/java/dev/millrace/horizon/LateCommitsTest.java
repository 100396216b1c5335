// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static dev.millrace.horizon.HorizonOnPostgresTest.horizon;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Eight writers commit out of order while the horizon is looked at as often as it answers. */
class LateCommitsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final List<String> CURSORS = List.of("id", "at", "local", "wall", "by");
  private static final int WRITERS = 8;
  private static final int TRANSACTIONS = 60;
  private static final HorizonRules RULES = HorizonRules.DEFAULT.withGuard(Duration.ofMillis(300));

  /**
   * What was seen at a moment.
   *
   * @param highs what was closed, by cursor
   * @param greatest what a bookmark of the greatest value would be, by cursor
   * @param rows of a snapshot taken then; only ever added to
   */
  private record Moment(Map<String, String> highs, Map<String, String> greatest, long rows) {}

  @Test
  void look_shouldCloseNothingThatIsCommittedLater() throws Exception {
    POSTGRES.execute(
        """
        CREATE TABLE t (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(),
          local timestamp DEFAULT now(), wall timestamptz DEFAULT clock_timestamp(),
          by xid8 DEFAULT pg_current_xact_id(), committed int)
        """,
        // Who commits takes the next number, so that what a snapshot shows are the first so many.
        "CREATE TABLE turn (n int)",
        "INSERT INTO turn VALUES (0)");
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(42 + i);
      writers.add(CompletableFuture.runAsync(() -> write(random)));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new));
    List<Moment> moments = watch(all);
    all.get();

    assertThat(moments).hasSizeGreaterThan(20);
    for (String cursor : CURSORS) {
      long progress = moments.stream().map(each -> each.highs().get(cursor)).distinct().count();
      assertThat(progress).as(cursor).isGreaterThan(3);
      assertThat(lost(cursor, moments, Moment::highs)).as(cursor).isZero();
      assertThat(lost(cursor, moments, Moment::greatest)).as(cursor).isPositive();
    }
  }

  private static List<Moment> watch(CompletableFuture<Void> writers) throws SQLException {
    List<Moment> moments = new ArrayList<>();
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    try (Connection asking = spec.connect(ReadOnlySessions.HORIZON);
        Statement statement = asking.createStatement()) {
      List<Horizon> horizons = new ArrayList<>();
      Map<String, String> memories = new HashMap<>();
      for (String cursor : CURSORS) {
        horizons.add(horizon(asking, "t", cursor, RULES));
      }
      while (!writers.isDone()) {
        Map<String, String> highs = new HashMap<>();
        for (Horizon each : horizons) {
          Look look = each.look(asking, memories.getOrDefault(each.column(), ""));
          memories.put(each.column(), look.memory());
          if (look.high() != null) {
            highs.put(each.column(), look.high());
          }
        }
        try (ResultSet row =
            statement.executeQuery(
                "SELECT count(*), max(id), max(at) AT TIME ZONE 'UTC', max(local),"
                    + " max(wall) AT TIME ZONE 'UTC', max(by::text::bigint) FROM t")) {
          row.next();
          Map<String, String> greatest = new HashMap<>();
          for (int i = 0; i < CURSORS.size(); i++) {
            String value = row.getString(i + 2);
            if (value != null) {
              greatest.put(CURSORS.get(i), value);
            }
          }
          moments.add(new Moment(highs, greatest, row.getLong(1)));
        }
      }
    }
    return moments;
  }

  /** Rows committed after a moment below a bound of that moment. */
  private static long lost(
      String cursor, List<Moment> moments, Function<Moment, Map<String, String>> bounds)
      throws SQLException {
    long lost = 0;
    for (Moment each : moments) {
      String bound = bounds.apply(each).get(cursor);
      if (bound != null) {
        String zone = cursor.matches("at|wall") ? " AT TIME ZONE 'UTC'" : "";
        lost +=
            POSTGRES.value(
                "SELECT count(*) FROM t WHERE committed > %d AND %s%s < '%s'"
                    .formatted(each.rows(), cursor, zone, bound.replace("+00", "")),
                Long.class);
      }
    }
    return lost;
  }

  private static void write(Random random) {
    try (Connection connection = POSTGRES.connection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < TRANSACTIONS; i++) {
        // Now and then for much longer than the guard.
        double hold = random.nextDouble() < 0.04 ? 0.7 : random.nextDouble() * 0.03;
        statement.execute("SELECT now(), pg_sleep(" + random.nextDouble() * 0.02 + ")");
        statement.execute("INSERT INTO t DEFAULT VALUES");
        statement.execute("SELECT pg_sleep(" + hold + ")");
        statement.execute(
            """
            WITH next AS (UPDATE turn SET n = n + 1 RETURNING n)
            UPDATE t SET committed = (SELECT n FROM next)
            WHERE id = currval('t_id_seq')
            """);
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
