// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.bench.KillIT;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as it is packaged, with a JVM for each window or unit. */
class FreshJvmsIT extends Backfills {
  private static final long PATIENCE_MINUTES = 3;

  private final Path out;
  private final Path err;

  FreshJvmsIT(@TempDir Path folder) {
    super(folder);
    out = folder.resolve("out");
    err = folder.resolve("err");
  }

  /** Returns the exit code. */
  private int launch(String... more) throws Exception {
    Process process =
        KillIT.launcher(List.of(), words(more))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as(err()).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private String err() throws IOException {
    return Files.readString(err);
  }

  /** Of the last process. */
  @Override
  JsonNode summary() throws IOException {
    return new ObjectMapper().readTree(Files.readString(out));
  }

  @ParameterizedTest
  @CsvSource({"window,4", "stage,6"})
  void backfill_shouldMakeTheSame_inFreshJvms(String isolation, int processes) throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    deliver();

    assertThat(launch("--isolate=" + isolation, "--jvm=-Xmx256m"))
        .as(err())
        .isEqualTo(ExitCode.DONE);

    assertThat(postgres.contents(TABLES)).isEqualTo(made);
    assertUnits("silver", 3, 3, 0, 0);
    JsonNode jvms = summary().required("jvms");
    // And one for each file.
    assertThat(jvms.required("processes").asInt()).isEqualTo(2 + processes);
    assertThat(jvms.required("peak_rss_bytes").asLong()).isPositive();
    assertThat(jvms.required("start_up_seconds").asDouble()).isPositive();
  }

  @Test
  void backfill_shouldEndAUnitThatHangs() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    try (Connection other = postgres.connection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE gold_station_day IN EXCLUSIVE MODE");

      assertThat(
              launch(
                  "--isolate=stage",
                  "--force=2013-04",
                  "--unit-timeout=20s",
                  "--retries=0",
                  "--quiet"))
          .as(err())
          .isEqualTo(ExitCode.FAILED);

      assertUnits("silver", 3, 1, 2, 0);
      assertUnits("gold", 2, 0, 1, 1);
      assertThat(summary().required("failures").toString())
          .contains("Cannot make gold 2013-04: it took longer than 20 s");
    }
    assertThat(launch()).as(err()).isEqualTo(ExitCode.DONE);
    assertUnits("gold", 2, 1, 1, 0);
  }
}
