// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Writers that commit late while a table is followed, beside a reader with a naive cursor, which
 * goes on from the greatest value that it saw. With the profile {@code chaos} a million rows, in
 * transactions that are held open for up to half a minute.
 */
class LateCommitsTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");
  private static final int WRITERS = 8;
  private static final int TRANSACTIONS = CHAOS ? 12 : 15;
  private static final int ROWS_A_TRANSACTION = CHAOS ? 10_500 : 20;
  private static final int MILLIS_HELD = CHAOS ? 30_000 : 400;
  private static final Duration POLL = Duration.ofMillis(CHAOS ? 200 : 100);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void createTables() throws SQLException {
    SOURCE.execute(
        "DROP TABLE IF EXISTS item",
        "CREATE TABLE item (id serial PRIMARY KEY, name text,"
            + " at timestamptz DEFAULT clock_timestamp())",
        "CREATE INDEX ON item (at, id)");
    TARGET.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS copy",
        "CREATE TABLE copy (id int PRIMARY KEY, name text, at timestamptz)");
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private static IncrementalOptions options() {
    return new IncrementalOptions(
        ConnectionSpec.of(SOURCE.jdbcUrl()),
        "item",
        ConnectionSpec.of(TARGET.jdbcUrl()),
        "copy",
        "at",
        List.of("id"),
        true,
        "j",
        List.of(),
        "",
        ByteSize.parse("16KiB"),
        2,
        HorizonRules.DEFAULT.withGuard(Duration.ofMillis(50)),
        NullCursor.FAIL,
        OnDrift.FAIL,
        null);
  }

  /** Inserts and changes rows; each transaction is held open for a while before it commits. */
  private static void write(long seed, int millisHeld) throws SQLException {
    Random random = new Random(seed);
    try (Connection connection = SOURCE.connection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < TRANSACTIONS; i++) {
        statement.execute(
            "INSERT INTO item (name) SELECT 'w"
                + seed
                + "' FROM generate_series(1, %d)".formatted(ROWS_A_TRANSACTION));
        statement.execute("SELECT pg_sleep(" + random.nextInt(millisHeld + 1) / 1000.0 + ")");
        connection.commit();
        statement.execute(
            "UPDATE item SET name = 'changed', at = clock_timestamp()"
                + " WHERE name = 'w"
                + seed
                + "' AND id % 7 = 0");
        connection.commit();
      }
    }
  }

  /** Reads as a naive tool does until it is told to end; returns the ids that it saw. */
  private static Set<Integer> readNaively(AtomicBoolean end) throws SQLException {
    Set<Integer> seen = new HashSet<>();
    String bookmark = "-infinity";
    try (Connection connection = SOURCE.connection();
        Statement statement = connection.createStatement()) {
      for (boolean last = false; !last; ) {
        last = end.get();
        String query = "SELECT id, at::text FROM item WHERE at > '%s' ORDER BY at";
        try (ResultSet row = statement.executeQuery(query.formatted(bookmark))) {
          while (row.next()) {
            seen.add(row.getInt(1));
            bookmark = row.getString(2);
          }
        }
        statement.execute("SELECT pg_sleep(0.02)");
      }
    }
    return seen;
  }

  private long naivelyLost(int writers, int millisHeld) throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    Future<Set<Integer>> naive = threads.submit(() -> readNaively(end));
    List<Future<?>> writing = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      long seed = i;
      writing.add(
          threads.submit(
              () -> {
                write(seed, millisHeld);
                return null;
              }));
    }
    for (Future<?> each : writing) {
      each.get();
    }
    end.set(true);
    return SOURCE.value("SELECT count(*) FROM item", Long.class) - naive.get().size();
  }

  @Test
  void follow_shouldLoseNothingThatIsCommittedLate() throws Exception {
    try (Followed followed =
        Followed.open(
            options(),
            "run",
            "direct",
            POLL,
            WindowedCounts.of(Duration.ofSeconds(1), Duration.ZERO))) {
      PipelineOptions direct = PipelineOptionsFactory.create();
      direct.as(DirectOptions.class).setBlockOnRun(false);
      Pipeline pipeline = Pipeline.create(direct);
      followed.applyTo(pipeline);
      PipelineResult result = pipeline.run();
      SOURCE.execute("INSERT INTO item (name) VALUES ('before all')");
      awaitRecount();

      assertThat(naivelyLost(WRITERS, MILLIS_HELD))
          .as("rows that a naive cursor loses")
          .isPositive();
      awaitCopied();
      // Beside the live run, and while it may still write: it must not bring back what is old.
      Pipeline again = Pipeline.create();
      Incremental.backfill(options(), "", "").applyTo(again);
      again.run().waitUntilFinish();
      result.cancel();
    }
    assertThat(rows(TARGET, "copy")).isEqualTo(rows(SOURCE, "item"));
    assertThat(recounted("late")).as("rows that came late").isPositive();
    assertThat(recounted("behind")).as("rows that came where all was read").isZero();
  }

  /** Only what comes later is seen to come late. */
  private static void awaitRecount() throws SQLException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (TARGET.value("SELECT to_regclass('millrace.recount')::text", String.class) == null
        || TARGET.value("SELECT count(*) FROM millrace.recount", Long.class) == 0) {
      assertThat(Instant.now()).isBefore(deadline);
    }
  }

  private static long recounted(String what) throws SQLException {
    return TARGET.value("SELECT sum(" + what + ")::bigint FROM millrace.recount", Long.class);
  }

  @Test
  void naiveCursor_shouldLoseNothingWithoutTheFault() throws Exception {
    assertThat(naivelyLost(1, 0)).isZero();
  }

  private static void awaitCopied() throws SQLException {
    Instant deadline = Instant.now().plus(PATIENCE);
    try (Connection connection = TARGET.connection();
        Statement statement = connection.createStatement()) {
      while (!rows(TARGET, "copy").equals(rows(SOURCE, "item"))) {
        assertThat(Instant.now()).as("the copy is not complete in time").isBefore(deadline);
        statement.execute("SELECT pg_sleep(0.2)");
      }
    }
  }

  /** How many rows there are, how many different keys, and a sum over all they hold. */
  private static List<String> rows(PostgresExtension where, String table) throws SQLException {
    return where.query(
        "SELECT (count(*), count(DISTINCT id), sum(hashtextextended(r::text, 0)))::text FROM "
            + table
            + " AS r",
        row -> row.getString(1));
  }
}
