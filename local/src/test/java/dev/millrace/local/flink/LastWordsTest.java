// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastWordsTest {

  @SuppressWarnings("NullAway.Init") // JUnit sets it before anything else happens
  @TempDir
  Path dir;

  @Test
  void of_shouldBeTheFirstErrorAndItsLastCause() throws Exception {
    Path log =
        file(
            "2026-01-01 00:00:00.000 INFO  ClusterEntrypoint - Initializing with exit-on-error",
            "2026-01-01 00:00:01.000 ERROR ClusterEntrypoint - Could not start the entrypoint.",
            "org.apache.flink.runtime.entrypoint.ClusterEntrypointException: Failed",
            "\tat org.apache.flink.runtime.entrypoint.ClusterEntrypoint.start(A.java:255)",
            "Caused by: java.lang.Exception: Could not create the dispatcher",
            "\t... 2 more",
            "Caused by: java.net.BindException: Could not start rest endpoint on port 8081",
            "\tat A.b(A.java:1)");

    assertThat(LastWords.of(List.of(dir.resolve("none"), log)))
        .contains(
            "2026-01-01 00:00:01.000 ERROR ClusterEntrypoint - Could not start the entrypoint.;"
                + " Caused by: java.net.BindException: Could not start rest endpoint on port 8081");
  }

  @Test
  void of_shouldBeWhatAJvmSaysThatDoesNotStart() throws Exception {
    Path out =
        file(
            "Picked up _JAVA_OPTIONS: -XX:+UseSerialGC",
            "Error occurred during initialization of VM",
            "Multiple garbage collectors selected");

    assertThat(LastWords.of(List.of(out)))
        .contains(
            "Error occurred during initialization of VM; Multiple garbage collectors selected");
  }

  @Test
  void of_shouldBeShort() throws Exception {
    assertThat(LastWords.of(List.of(file("Caused by: " + "x".repeat(9999)))).orElseThrow())
        .hasSizeLessThan(300)
        .endsWith("...");
  }

  @Test
  void of_shouldBeEmpty_whenNothingTells() throws Exception {
    assertThat(
            LastWords.of(
                List.of(
                    file("all", "2026-01-01 00:00:00.000 INFO  A - -XX:+ExitOnOutOfMemoryError"),
                    dir.resolve("none"))))
        .isEmpty();
  }

  private Path file(String... lines) throws Exception {
    return Files.write(dir.resolve("log"), List.of(lines));
  }
}
