// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.runners.bench.KillIT;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backfills that are killed at random moments, or a child of theirs, and finished by the next:
 * three stations, two months, by weeks.
 */
class BackfillKillIT {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final int KILLS = 200;

  /** What a killed JVM cannot take with it. */
  private static final String EXTRACTED_LIBRARY = "snappy-";

  private static final long SEED = 20261122;
  private static final Duration LATEST = Duration.ofSeconds(8);
  private static final Duration END = Duration.ofMinutes(3);

  private final Random random = new Random(SEED);
  private final Path data;
  private final Path temporary;

  BackfillKillIT(@TempDir Path data, @TempDir Path temporary) {
    this.data = data;
    this.temporary = temporary;
  }

  /** What is killed, and how. */
  private enum Victim {
    COMMAND(137),
    COMMAND_IN_ORDER(143),
    /** Whose unit is tried again. */
    CHILD(0);

    private final int exitCode;

    /**
     * @param exitCode of the command
     */
    Victim(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  @Tag("chaos")
  @Test
  void backfill_shouldLeaveTheSame_whateverIsKilled() throws Exception {
    GeneratedData.ofSeed(5).withStations(3).withHours(24 * 61).writeTo(data);
    assertThat(start("none").waitFor()).isZero();
    List<String> before = filesLeft();
    List<String> uninterrupted = postgres.contents(Backfills.TABLES);
    forget();

    int struck = 0;
    int finished = 0;
    while (struck < KILLS) {
      Victim victim = Victim.values()[struck % Victim.values().length];
      Process command = start(victim == Victim.CHILD || struck % 2 == 0 ? "window" : "none");
      boolean isQuick =
          command.waitFor(1_000 + random.nextInt((int) LATEST.toMillis()), TimeUnit.MILLISECONDS);
      boolean isStruck = !isQuick && strike(victim, command);
      if (command.exitValue() == 0) {
        assertThat(postgres.contents(Backfills.TABLES)).isEqualTo(uninterrupted);
        finished++;
        forget();
      }
      // A command may still have been quicker than the signal.
      if (isStruck && command.exitValue() == victim.exitCode) {
        struck++;
        if (struck % 10 == 0) {
          System.out.printf("%d of %d kills%n", struck, KILLS);
        }
      } else {
        assertThat(command.exitValue()).as(victim.toString()).isZero();
      }
    }
    Process last = start("window");
    assertThat(last.waitFor()).isZero();

    assertThat(postgres.contents(Backfills.TABLES)).isEqualTo(uninterrupted);
    assertThat(
            postgres.value(
                "SELECT count(*) FROM millrace.unit WHERE state NOT IN ('done', 'skipped')",
                Long.class))
        .isZero();
    assertThat(filesLeft())
        .allMatch(file -> before.contains(file) || file.startsWith(EXTRACTED_LIBRARY));
    System.out.printf("%d kills; %d runs that ended were right%n", struck, finished);
  }

  /** Returns whether there was somebody to strike. All processes have ended then. */
  private boolean strike(Victim victim, Process command) throws Exception {
    List<ProcessHandle> children = command.descendants().toList();
    boolean isStruck =
        switch (victim) {
          case COMMAND -> command.toHandle().destroyForcibly();
          case COMMAND_IN_ORDER -> command.toHandle().destroy();
          case CHILD -> {
            List<ProcessHandle> jvms =
                children.stream()
                    .filter(child -> child.info().command().orElse("").endsWith("java"))
                    .toList();
            yield !jvms.isEmpty() && jvms.get(random.nextInt(jvms.size())).destroyForcibly();
          }
        };
    assertThat(command.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    for (ProcessHandle child : children) {
      child.onExit().get(END.toMillis(), TimeUnit.MILLISECONDS);
    }
    return isStruck;
  }

  private Process start(String isolation) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "backfill",
                "--from=2013-03-01",
                "--to=2013-04-30",
                // A week each, and two summaries.
                "--window=504rows",
                "--target=" + postgres.jdbcUrl(),
                "--data=" + data,
                "--isolate=" + isolation));
    ProcessBuilder builder = KillIT.launcher(List.of("-Djava.io.tmpdir=" + temporary), words);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private List<String> filesLeft() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static void forget() throws SQLException {
    postgres.execute(
        "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "DROP SCHEMA millrace CASCADE");
  }
}
