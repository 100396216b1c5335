// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.LocalPostgres.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LocalPostgresTest {

  private static LocalPostgres fast;

  @BeforeAll
  static void start() throws IOException {
    fast = LocalPostgres.start(Settings.fast().with("work_mem", "8MB"));
  }

  @AfterAll
  static void stop() throws IOException {
    fast.close();
  }

  @Test
  void start_shouldServeThePostgresWeShip() throws Exception {
    assertThat(ask(fast, "show server_version")).startsWith("18.");
    assertThat(ask(fast, "show listen_addresses")).isEqualTo("localhost");
  }

  @Test
  void start_shouldSortByCodePointAndKnowLettersBeyondAscii() throws Exception {
    assertThat(ask(fast, "select upper('\u00e9') || ('Z' < 'a')")).isEqualTo("\u00c9true");
    assertThat(ask(fast, "show server_encoding")).isEqualTo("UTF8");
  }

  @Test
  void fast_shouldNotWaitForTheDisk() throws Exception {
    assertThat(ask(fast, "show fsync")).isEqualTo("off");
    assertThat(ask(fast, "show synchronous_commit")).isEqualTo("off");
    assertThat(ask(fast, "show full_page_writes")).isEqualTo("off");
    assertThat(ask(fast, "show work_mem")).isEqualTo("8MB");
  }

  @Test
  void durable_shouldKeepTheServersOwnDefaults() throws Exception {
    try (LocalPostgres postgres = LocalPostgres.start(Settings.durable())) {
      for (String name :
          List.of("fsync", "synchronous_commit", "full_page_writes", "max_connections")) {
        assertThat(
                ask(
                    postgres,
                    "select setting = boot_val from pg_settings where name='" + name + "'"))
            .as(name)
            .isEqualTo("t");
      }
    }
  }

  @Test
  void restart_shouldBringBackWhatWasCommitted() throws Exception {
    try (LocalPostgres postgres = LocalPostgres.start(Settings.durable())) {
      try (Connection open = DriverManager.getConnection(postgres.jdbcUrl());
          Statement statement = open.createStatement()) {
        statement.execute("create table t as select 42 as answer");
        postgres.crash();
        assertThat(open.isValid(1)).isFalse();
      }
      assertThatThrownBy(() -> ask(postgres, "select 1")).hasMessageContaining("refused");
      postgres.restart();
      assertThat(ask(postgres, "select answer from t")).isEqualTo("42");
    }
  }

  @Test
  void settings_shouldRefuseWhatAShellWouldSplit() {
    assertThatThrownBy(() -> Settings.fast().with("search_path", "a b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid value of search_path: a b (must be one word)");
  }

  @Test
  void close_shouldStopTheServerAndRemoveItsData() throws Exception {
    LocalPostgres postgres = LocalPostgres.start(Settings.fast());
    ProcessHandle server = process(postgres.dataDirectory());

    postgres.close();
    postgres.close();

    server.onExit().get(10, TimeUnit.SECONDS);
    assertThat(postgres.dataDirectory()).doesNotExist();
  }

  @Test
  void server_shouldEnd_whenItsJvmIsKilled() throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Serve.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
      ProcessHandle server = process(Path.of(out.readLine()));

      jvm.destroyForcibly();

      server.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  /** A process with a server that never closes it. */
  static final class Serve {
    public static void main(String[] args) throws Exception {
      System.out.println(LocalPostgres.start(Settings.fast()).dataDirectory());
      System.in.read();
    }
  }

  private static ProcessHandle process(Path dataDirectory) throws IOException {
    String pid = Files.readAllLines(dataDirectory.resolve("postmaster.pid")).get(0);
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private static String ask(LocalPostgres postgres, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
