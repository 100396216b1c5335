// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class DeadlineTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS station, copy",
        "CREATE TABLE station AS SELECT i AS id, now() AS at FROM generate_series(1, 1000) i",
        "ALTER TABLE station ADD PRIMARY KEY (id)",
        "CREATE TABLE copy (LIKE station INCLUDING ALL)");
  }

  private int sync(String... more) {
    return console.sync(POSTGRES.jdbcUrl(), "station", "copy", more);
  }

  /** Seconds that a copy takes on this machine as it is now, with nothing in its way. */
  private int secondsOfACopy() throws Exception {
    long start = System.nanoTime();
    assertThat(new TestConsole().sync(POSTGRES.jdbcUrl(), "station", "copy"))
        .isEqualTo(ExitCode.DONE);
    create();
    return 1 + (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
  }

  @Test
  void sync_shouldEndAtItsDeadline_andSayWhatItWaitedFor() throws Exception {
    // It waits for the lock for less than the 30 s that it may, and for more than it takes to tell.
    int seconds = secondsOfACopy() + 15;
    try (Connection holder = POSTGRES.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE copy IN SHARE MODE");

      assertThat(sync("--deadline=" + seconds + "s", "--json")).isEqualTo(ExitCode.FAILED);
    }
    assertThat(console.err())
        .contains("Cannot finish sync: its deadline came, " + seconds + " s after it began")
        .containsPattern(
            "sync: 0 rows, 0 rows/s, stalled for \\d+ s: write public.copy: \"COPY .*"
                + "waiting for a lock that session \\d+ of postgres");
    assertThat(console.json().get("error").asText()).contains("its deadline came");
    assertThat(console.json().get("database").get("lock_wait_seconds").asDouble()).isPositive();
  }

  @Test
  void sync_shouldEndAtItsDeadline_whileItIsPlanned() throws Exception {
    try (Connection holder = POSTGRES.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE copy");

      assertThat(sync("--deadline=5s")).isEqualTo(ExitCode.FAILED);
    }
    assertThat(console.err()).contains("Cannot finish sync: its deadline came, 5 s after it began");
  }

  @Test
  void follow_shouldDrainAtItsDeadline() throws Exception {
    String deadline = "--deadline=" + (5 + 2 * secondsOfACopy()) + "s";
    int code = sync("--follow", "--cursor=at", "--key=id", deadline, "--json");

    assertThat(code).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(console.json().get("status").asText()).isEqualTo("drained");
    assertThat(POSTGRES.value("SELECT count(*) FROM copy", Long.class)).isEqualTo(1000);
  }

  @Test
  void sync_shouldNotNoticeADeadlineThatDoesNotCome() throws Exception {
    assertThat(sync("--deadline=1h", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(console.json().get("rows_written").asLong()).isEqualTo(1000);
    assertThat(console.json().get("database").get("pool_acquire_p99_seconds").asDouble())
        .isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "5", "-1s", ""})
  void sync_shouldRefuseWhatIsNoTime(String deadline) {
    assertThat(sync("--deadline=" + deadline)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains("--deadline");
  }
}
