// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.TableName;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.ledger.RejectRules;
import dev.millrace.ledger.Rejects;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.pipelines.incremental.Incremental;
import dev.millrace.pipelines.incremental.IncrementalOptions;
import dev.millrace.pipelines.incremental.NullCursor;
import dev.millrace.pipelines.incremental.OnDrift;
import dev.millrace.pipelines.sync.SyncOptions.Mode;
import dev.millrace.testing.CanaryServer;
import dev.millrace.testing.HostileNames;
import dev.millrace.verify.Difference.Kind;
import dev.millrace.verify.Repair;
import dev.millrace.verify.Verification;
import dev.millrace.verify.Verify;
import dev.millrace.verify.VerifyOptions;
import dev.millrace.verify.WindowLength;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Copies of tables of 20 rows whose names, and those of their columns, keys, cursors and
 * constraints, are hostile: 240 names, in the profile {@code chaos} 3,000.
 */
class HostileCopyTest {

  private static final int NAMES = Boolean.getBoolean("millrace.chaos") ? 3_000 : 240;
  private static final int NAMES_OF_A_TABLE = 60;
  private static final int ROWS = 20;
  private static final RejectRules MANY = new RejectRules(ROWS, List.of(), "run");

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static CanaryServer server;

  @BeforeAll
  static void start() throws Exception {
    server = CanaryServer.start();
    execute("CREATE SCHEMA \"the \"\"target; --\"");
  }

  @AfterAll
  static void end() throws Exception {
    server.close();
  }

  private static void execute(String... sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private static long count(String from) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + from)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(server.jdbcUrl());
  }

  @Test
  void copies_shouldMeanTheNamesThatTheyAreGiven() throws Exception {
    List<String> names = HostileNames.of(7, NAMES);
    for (int from = 0; from < NAMES; from += NAMES_OF_A_TABLE) {
      new HostileTable(names.subList(from, from + NAMES_OF_A_TABLE)).copy();
    }

    assertThat(server.requireUntouched()).isGreaterThan(1000);
  }

  private static final class HostileTable {
    private final String source;
    private final String target;
    private final String key;
    private final String cursor;
    private final String number;
    private final String constraint;

    HostileTable(List<String> names) throws SQLException {
      this.source = new TableName("public", names.get(0)).sql();
      this.target = new TableName("the \"target; --", names.get(0)).sql();
      this.constraint = names.get(1);
      this.key = names.get(2);
      this.cursor = names.get(3);
      this.number = names.get(4);
      List<String> texts = names.subList(5, names.size());
      String columns =
          "(%s text PRIMARY KEY, %s timestamptz NOT NULL, %s int, %s)"
              .formatted(
                  Sql.identifier(key),
                  Sql.identifier(cursor),
                  Sql.identifier(number),
                  texts.stream()
                      .map(name -> Sql.identifier(name) + " text")
                      .collect(Collectors.joining(", ")));
      String values = texts.stream().map(Sql::literal).collect(Collectors.joining(", "));
      execute(
          "DROP SCHEMA IF EXISTS millrace CASCADE",
          "CREATE TABLE " + source + columns,
          // Keys that are hostile, too.
          "INSERT INTO %s SELECT (ARRAY[%s])[i], '2026-01-01'::timestamptz + i * interval '1 h', i, %s FROM generate_series(1, %d) i"
              .formatted(source, values, values, ROWS),
          "CREATE TABLE " + target + columns,
          "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s <> 13)"
              .formatted(target, Sql.identifier(constraint), Sql.identifier(number)));
    }

    void copy() throws SQLException {
      copyUnderLedger();
      replay();
      follow();
      repair();
      migrate();
      execute("DROP TABLE " + source + ", " + target);
    }

    private void assertSame() throws SQLException {
      String differences =
          "((TABLE %1$s EXCEPT ALL TABLE %2$s) UNION ALL (TABLE %2$s EXCEPT ALL TABLE %1$s)) AS d";
      assertThat(count(differences.formatted(source, target)))
          .as("differences of " + source)
          .isZero();
    }

    private void copyUnderLedger() throws SQLException {
      SyncOptions options =
          new SyncOptions(
              spec(),
              source,
              spec(),
              target,
              Mode.LEDGER,
              List.of(key),
              "",
              List.of(),
              "",
              Blocks.DEFAULT_SIZE,
              1,
              List.of(),
              MANY);
      try (Sync sync = Sync.open(options, "run", "direct")) {
        Pipeline pipeline = Pipeline.create();
        sync.applyTo(pipeline);
        pipeline.run().waitUntilFinish();
        assertThat(sync.job().orElseThrow().finish()).isEqualTo(ROWS - 1);
        assertThat(sync.targetChecksum().rows()).isEqualTo(ROWS - 1);
      }
    }

    private void replay() throws SQLException {
      Rejects rejects = Rejects.of(spec(), new Rejects.Filter(target, "", "", List.of()));
      assertThat(rejects.rows(ROWS))
          .singleElement()
          .satisfies(row -> assertThat(row.message()).contains(constraint))
          .satisfies(row -> assertThat(row.sqlstate()).isEqualTo("23514"));
      assertThat(rejects.replay()).isEqualTo(new Rejects.Replayed(0, 1, 0));
      execute("ALTER TABLE " + target + " DROP CONSTRAINT " + Sql.identifier(constraint));
      assertThat(rejects.replay()).isEqualTo(new Rejects.Replayed(1, 0, 0));
      assertSame();
    }

    private void follow() throws SQLException {
      assertThat(sync()).isEqualTo(ROWS);
      execute(
          "UPDATE %s SET %s = 0, %s = now() WHERE %s = 5"
              .formatted(
                  source, Sql.identifier(number), Sql.identifier(cursor), Sql.identifier(number)));
      assertThat(sync()).isEqualTo(1);
      assertSame();
    }

    /** Runs once by the cursor; returns the rows of its windows. */
    private long sync() throws SQLException {
      IncrementalOptions options =
          new IncrementalOptions(
              spec(),
              source,
              spec(),
              target,
              cursor,
              List.of(key),
              true,
              "",
              List.of(),
              "",
              Blocks.DEFAULT_SIZE,
              1,
              HorizonRules.DEFAULT.withGuard(Duration.ZERO),
              NullCursor.FAIL,
              OnDrift.FAIL,
              null);
      long rows = 0;
      try (Incremental sync = Incremental.open(options, "run", "direct")) {
        do {
          if (!sync.isIdle()) {
            Pipeline pipeline = Pipeline.create();
            sync.applyTo(pipeline);
            pipeline.run().waitUntilFinish();
          }
          rows += sync.finish(0, Instant.now(), Instant.now()).map(WindowRecord::rows).orElse(0L);
        } while (sync.goOn());
      }
      return rows;
    }

    private void repair() throws SQLException {
      execute(
          "DELETE FROM %s WHERE %s = 1".formatted(target, Sql.identifier(number)),
          "UPDATE %1$s SET %2$s = -1 WHERE %2$s = 2".formatted(target, Sql.identifier(number)),
          "INSERT INTO %s (%s, %s) VALUES ('extra', '2026-01-01')"
              .formatted(target, Sql.identifier(key), Sql.identifier(cursor)));
      VerifyOptions options = VerifyOptions.of(spec(), source, spec(), target);
      try (Verify byWindow = Verify.open(options.withCursor(cursor).byWindow(WindowLength.HOUR))) {
        assertFound(byWindow.compare());
      }
      Repair.Mended mended = Repair.of(options).deleteExtra().run();
      assertFound(mended.found());
      assertThat(mended.left().isEqual()).isTrue();
      assertSame();
    }

    private void assertFound(Verification found) {
      assertThat(found.count(Kind.MISSING)).isEqualTo(1);
      assertThat(found.count(Kind.EXTRA)).isEqualTo(1);
      assertThat(found.named(Kind.DIFFERENT))
          .singleElement()
          .satisfies(row -> assertThat(row.columns()).containsExactly(number));
    }

    private void migrate() throws SQLException {
      String added = constraint;
      IncrementalOptions options =
          new IncrementalOptions(
              spec(),
              source,
              spec(),
              target,
              added,
              List.of(key),
              true,
              "",
              List.of(),
              "",
              Blocks.DEFAULT_SIZE,
              1,
              HorizonRules.DEFAULT,
              NullCursor.FAIL,
              OnDrift.FAIL,
              null);
      for (var step : Incremental.xid8Migration(options).steps()) {
        execute(step.statements().toArray(String[]::new));
      }
      assertThat(count(source + " WHERE " + Sql.identifier(added) + " IS NOT NULL"))
          .isEqualTo(ROWS);
    }
  }
}
