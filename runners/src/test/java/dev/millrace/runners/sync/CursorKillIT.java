// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ledger.CommitPoint;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command, copying by a cursor while rows come and change in transactions that are held open,
 * and halted at each commit point in turn. Usually it follows in mode {@code ledger}; the profile
 * {@code chaos} does all of it, five times.
 */
class CursorKillIT {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final int KILLS = Boolean.getBoolean("millrace.chaos") ? 5 : 1;
  private static final int KILLED = 137;
  private static final int WRITERS = 2;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Future<?>> writers = new ArrayList<>();
  private final Random random = new Random(20261121);

  @TempDir
  @SuppressWarnings("NullAway.Init") // By JUnit.
  Path folder;

  private void createTables(String mode) throws SQLException {
    SOURCE.execute(
        "DROP TABLE IF EXISTS item",
        "CREATE TABLE item (id bigserial PRIMARY KEY, payload text,"
            + " at timestamptz DEFAULT clock_timestamp())",
        "CREATE INDEX ON item (at, id)",
        "INSERT INTO item (payload) SELECT md5(n::text) FROM generate_series(1, 5000) AS n");
    TARGET.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS copy",
        "CREATE TABLE copy (id bigint%s, payload text, at timestamptz)"
            .formatted(mode.equals("upsert") ? " PRIMARY KEY" : ""));
  }

  @AfterEach
  void endWriters() throws InterruptedException {
    over.set(true);
    threads.shutdown();
    assertThat(threads.awaitTermination(LaunchedSync.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isTrue();
  }

  private LaunchedSync sync() {
    return new LaunchedSync(SOURCE, TARGET, folder);
  }

  private Process start(List<String> jvmFlags, String mode, boolean follow) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--mode=" + mode, "--block-size=64KiB"));
    if (follow) {
      arguments.addAll(List.of("--follow", "--poll=100ms"));
    }
    return sync().start(jvmFlags, arguments.toArray(String[]::new));
  }

  private int await(Process process) throws InterruptedException, IOException {
    return sync().await(process);
  }

  private String log() throws IOException {
    return sync().log();
  }

  /** Starts it until it halts there; a run that finds little new ends before. */
  private void kill(CommitPoint point, String mode, boolean follow) throws Exception {
    int code = 0;
    for (int attempt = 0; code == 0; attempt++) {
      int pass = 1 + (attempt == 0 ? random.nextInt(3) : 0);
      code = await(start(List.of("-Dmillrace.halt=" + point + ":" + pass), mode, follow));
      assertThat(attempt).as("attempts to get to " + point).isLessThan(5);
    }
    assertThat(code).as(log()).isEqualTo(KILLED);
  }

  private void killAtEachPoint(String mode, boolean follow) throws Exception {
    createTables(mode);
    for (int i = 0; i < WRITERS; i++) {
      long seed = i;
      writers.add(
          threads.submit(
              () -> {
                WrittenTable.write(SOURCE.jdbcUrl(), mode.equals("upsert"), new Random(seed), over);
                return null;
              }));
    }
    for (int i = 0; i < KILLS; i++) {
      for (CommitPoint point : CommitPoint.values()) {
        kill(point, mode, follow);
      }
    }
    over.set(true);
    for (Future<?> writer : writers) {
      writer.get();
    }
  }

  @Tag("chaos")
  @ParameterizedTest
  @ValueSource(strings = {"upsert", "ledger"})
  void sync_shouldHaveEachRowOnce_whereverItIsKilled(String mode) throws Exception {
    killAtEachPoint(mode, false);
    assertThat(await(start(List.of(), mode, false))).as(log()).isEqualTo(ExitCode.DONE);
    assertSame();
  }

  @ParameterizedTest
  @ValueSource(strings = "ledger")
  void follow_shouldHaveEachRowOnce_whereverItIsKilled(String mode) throws Exception {
    killAtEachPoint(mode, true);
    Process process = start(List.of(), mode, true);
    Instant deadline = Instant.now().plus(LaunchedSync.PATIENCE);
    try {
      while (!rows(TARGET, "copy").keySet().containsAll(rows(SOURCE, "item").keySet())) {
        assertThat(Instant.now()).as("not complete in time: " + log()).isBefore(deadline);
        assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).as(log()).isFalse();
      }
      process.toHandle().destroy(); // Process.destroy would close the output as well.
    } finally {
      assertThat(await(process)).as(log()).isEqualTo(LaunchedSync.TERMINATED);
    }
    assertSame();
  }

  @Tag("chaos")
  @ParameterizedTest
  @ValueSource(strings = "upsert")
  void follow_shouldHaveTheLatestOfEachRow(String mode) throws Exception {
    follow_shouldHaveEachRowOnce_whereverItIsKilled(mode);
  }

  /** Each row, and how often it is there. */
  private static Map<String, Integer> rows(PostgresExtension where, String table)
      throws SQLException {
    Map<String, Integer> rows = new HashMap<>();
    where
        .query("SELECT r::text FROM " + table + " AS r", row -> row.getString(1))
        .forEach(row -> rows.merge(row, 1, Integer::sum));
    return rows;
  }

  private static void assertSame() throws SQLException {
    Map<String, Integer> source = rows(SOURCE, "item");
    Map<String, Integer> target = rows(TARGET, "copy");
    assertThat(source.keySet().stream().filter(row -> !target.containsKey(row)))
        .as("lost")
        .isEmpty();
    assertThat(target.keySet().stream().filter(row -> !source.containsKey(row)))
        .as("different")
        .isEmpty();
    assertThat(target.values().stream().filter(times -> times > 1)).as("duplicated").isEmpty();
  }
}
