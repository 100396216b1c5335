// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.testing.PostgresExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The command as a process of its own. */
class ProcessTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @Test
  void help_shouldNotLoadBeamFlinkOrArrow() throws Exception {
    Process process = start(List.of("-Xlog:class+load"), "--help");

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(ExitCode.DONE);
    assertThat(output)
        .contains("Usage: millrace", "dev.millrace.runners.SyncCommand")
        .doesNotContain(" org.apache.beam.", " org.apache.flink.", " org.apache.arrow.");
  }

  @Test
  void sync_shouldCloseAndExitWith143_whenItIsTerminated() throws Exception {
    postgres.execute(
        "create table source as select generate_series(1, 10) as id",
        "create table target (id int)");
    try (Connection holder = postgres.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table target in share mode");
      String url = postgres.jdbcUrl();
      Process process =
          start(
              List.of(),
              "sync",
              "--verbose",
              "--source=" + url,
              "--table=source",
              "--target=" + url,
              "--into=target");
      try (BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        // The first sign of life of the progress comes while the write waits for the lock.
        String line = output.readLine();
        while (line != null && !line.startsWith("sync: ")) {
          line = output.readLine();
        }
        process.toHandle().destroy(); // Process.destroy would close the output as well.
        String rest = String.join("\n", output.lines().toList());

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(rest).isEqualTo(143);
        assertThat(rest).contains("Cannot finish sync: it was stopped by a signal");
      }
    }
    assertThat(postgres.value("select count(*) from target", Long.class)).isZero();
  }

  @Test
  void sync_shouldGoThroughOneProcessor_300MebibytesAnd3Connections() throws Exception {
    postgres.execute(
        "create table narrow as select i as id, repeat(md5(i::text), 8) as text"
            + " from generate_series(1, 300000) i",
        "alter table narrow add primary key (id)",
        "analyze narrow",
        "create table copied (like narrow)");
    String url = postgres.jdbcUrl();
    Process process =
        start(
            List.of(
                "-XX:ActiveProcessorCount=1",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:ReservedCodeCacheSize=48m"),
            "sync",
            "--json",
            "--profile=constrained",
            "--max-connections=3",
            "--source=" + url,
            "--table=narrow",
            "--target=" + url,
            "--into=copied");

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isEqualTo(ExitCode.DONE);
    List<String> lines = output.lines().toList();
    JsonNode summary = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertThat(summary.get("peak_rss_bytes").asLong()).isBetween(1L, 300L << 20);
    assertThat(postgres.differences("TABLE narrow", "TABLE copied")).isZero();
  }

  private static Process start(List<String> jvmOptions, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    for (String opened : List.of("nio", "util", "lang", "time", "util.concurrent")) {
      command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Millrace.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(Recorder.VARIABLE, Recorder.NONE);
    return builder.start();
  }
}
