// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.option.HistoryFile;
import dev.millrace.testing.PostgresExtension;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own. */
class ProcessTest {

  private static final String CLASS_PATH = System.getProperty("java.class.path");

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @Test
  void help_shouldNotLoadBeamFlinkOrArrow() throws Exception {
    Process process = start(List.of("-Xlog:class+load"), "--help");

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(ExitCode.DONE);
    assertThat(output)
        .contains("Usage: millrace", "dev.millrace.runners.sync.SyncCommand")
        .doesNotContain(" org.apache.beam.", " org.apache.flink.", " org.apache.arrow.");
  }

  @Test
  void help_shouldNotNeedTheBenchmarks_whichTheJobJarHasNot() throws Exception {
    String benchmarks =
        Path.of(MillraceCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    String others =
        Arrays.stream(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).toString().equals(benchmarks))
            .collect(Collectors.joining(File.pathSeparator));
    Process process = startOn(others, List.of(), "bench", "--help");

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(others).hasSizeLessThan(CLASS_PATH.length());
    assertThat(process.waitFor()).as(output).isEqualTo(ExitCode.DONE);
    assertThat(output).contains("Usage: millrace bench");
  }

  @Test
  void sync_shouldCloseAndExitWith143_whenItIsTerminated() throws Exception {
    assertThat(terminated("sync: ")).contains("Cannot finish sync: it was stopped by a signal");
    assertThat(postgres.value("select count(*) from target", Long.class)).isZero();
  }

  @Test
  void sync_shouldLeaveItsProfile_whenItIsTerminated(@TempDir Path folder) throws Exception {
    assertThat(terminated("stalled", "--record=" + folder))
        .contains("The profile of this run is in ");
    try (Stream<Path> files = Files.list(folder)) {
      Path json = files.filter(file -> file.toString().endsWith(".json")).findFirst().orElseThrow();
      assertThat(new ObjectMapper().readTree(json.toFile()).get("stages").findValuesAsText("name"))
          .contains("read public.source", "write public.target");
    }
  }

  /**
   * What a sync says that is terminated while its write waits for a lock.
   *
   * @param sign what it has said by then
   */
  private static String terminated(String sign, String... more) throws Exception {
    postgres.execute(
        "drop table if exists source, target",
        "create table source as select generate_series(1, 10) as id",
        "create table target (id int)");
    try (Connection holder = postgres.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table target in share mode");
      String url = postgres.jdbcUrl();
      List<String> words =
          new ArrayList<>(
              List.of(
                  "sync",
                  "--verbose",
                  "--source=" + url,
                  "--table=source",
                  "--target=" + url,
                  "--into=target"));
      words.addAll(List.of(more));
      Process process = start(List.of("-XX:TieredStopAtLevel=1"), words.toArray(String[]::new));
      try (BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        // The first sign of life of the progress comes while the write waits for the lock.
        String line = output.readLine();
        while (line != null && !(line.startsWith("sync: ") && line.contains(sign))) {
          line = output.readLine();
        }
        process.toHandle().destroy(); // Process.destroy would close the output as well.
        String rest = String.join("\n", output.lines().toList());

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(rest).isEqualTo(143);
        return rest;
      }
    }
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
    return startOn(CLASS_PATH, jvmOptions, args);
  }

  private static Process startOn(String classPath, List<String> jvmOptions, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    for (String opened : List.of("nio", "util", "lang", "time", "util.concurrent")) {
      command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", classPath, Millrace.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(HistoryFile.VARIABLE, HistoryFile.NONE);
    return builder.start();
  }
}
