// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command, following a table whose columns change. */
class FollowIT {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  @TempDir
  @SuppressWarnings("NullAway.Init") // By JUnit.
  Path folder;

  @BeforeEach
  void createTables() throws SQLException {
    SOURCE.execute(
        "DROP TABLE IF EXISTS item",
        "CREATE TABLE item (id serial PRIMARY KEY, n int, at timestamptz DEFAULT clock_timestamp())",
        "CREATE INDEX ON item (at, id)",
        "INSERT INTO item (n) SELECT generate_series(1, 100)");
    TARGET.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS copy",
        "CREATE TABLE copy (id int PRIMARY KEY, n int, at timestamptz)");
  }

  private LaunchedSync sync() {
    return new LaunchedSync(SOURCE, TARGET, folder);
  }

  private Process follow(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--follow", "--poll=100ms"));
    arguments.addAll(List.of(more));
    return sync().start(List.of(), arguments.toArray(String[]::new));
  }

  private String log() throws IOException {
    return sync().log();
  }

  private void await(Process process, String query, long wanted) throws Exception {
    await(process, () -> count(query) == wanted);
  }

  private void await(Process process, Callable<Boolean> condition) throws Exception {
    Instant deadline = Instant.now().plus(LaunchedSync.PATIENCE);
    while (!condition.call()) {
      assertThat(Instant.now()).as("not there in time: " + log()).isBefore(deadline);
      assertThat(process.waitFor(100, TimeUnit.MILLISECONDS)).as(log()).isFalse();
    }
  }

  private static long count(String query) {
    try {
      return TARGET.value(query, Long.class);
    } catch (SQLException notYet) {
      return -1;
    }
  }

  @Test
  void follow_shouldGoOn_whenAColumnIsAdded() throws Exception {
    Process process = follow("--on-drift=add-columns");
    try {
      await(process, "SELECT count(*) FROM copy", 100);
      SOURCE.execute("ALTER TABLE item ADD z int", "INSERT INTO item (n, z) VALUES (101, 7)");
      await(process, "SELECT count(z) FROM copy", 1);
      SOURCE.execute(
          "ALTER TABLE item ALTER n TYPE bigint", "INSERT INTO item (n) VALUES (9000000000)");
      await(process, "SELECT count(*) FROM copy WHERE n > 8000000000", 1);
      process.toHandle().destroy(); // Process.destroy would close the output as well.
    } finally {
      assertThat(sync().await(process)).as(log()).isEqualTo(LaunchedSync.TERMINATED);
    }
    assertThat(log())
        .contains("Cannot follow public.item: its columns changed meanwhile: z integer was added")
        .contains("Column z was added to copy");
    assertThat(TARGET.value("SELECT sum(n)::bigint FROM copy", Long.class))
        .isEqualTo(SOURCE.value("SELECT sum(n)::bigint FROM item", Long.class));
  }

  private void endsWith4(String change) throws Exception {
    Process process = follow();
    try {
      await(process, "SELECT count(*) FROM copy", 100);
      SOURCE.execute("ALTER TABLE item " + change, "INSERT INTO item DEFAULT VALUES");
    } finally {
      endsWith4(process);
    }
    assertThat(TARGET.value("SELECT count(n) FROM copy", Long.class)).isEqualTo(100);
  }

  private void endsWith4(Process process) throws Exception {
    assertThat(sync().await(process)).as(log()).isEqualTo(ExitCode.DRIFT);
    assertThat(log()).contains("Cannot follow public.item: its columns changed meanwhile: ");
  }

  @Test
  void follow_shouldEnd_whenAColumnIsDropped() throws Exception {
    endsWith4("DROP n");
  }

  @Test
  void follow_shouldEnd_whenAColumnIsDropped_whileItReads() throws Exception {
    SOURCE.execute("INSERT INTO item (n) SELECT generate_series(101, 1000000)");
    Process process = follow("--block-size=64KiB");
    try {
      await(process, () -> count("SELECT count(*) FROM copy") > 0);
      SOURCE.execute("ALTER TABLE item DROP n");
    } finally {
      endsWith4(process);
    }
    assertThat(TARGET.value("SELECT count(*) FROM copy WHERE n IS NULL", Long.class)).isZero();
  }

  @Tag("chaos")
  @ParameterizedTest
  @CsvSource({"ADD z int", "RENAME n TO m", "ALTER n TYPE bigint", "ALTER n TYPE text"})
  void follow_shouldEnd_whenColumnsChange(String change) throws Exception {
    endsWith4(change);
  }
}
