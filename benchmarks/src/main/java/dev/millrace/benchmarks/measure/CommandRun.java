// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a command with {@code --json} took as a process of its own, with all that it started.
 *
 * @param seconds from before its start to after its end
 * @param cpuSeconds user and system
 * @param peakRssBytes the most that was resident at once; 0 unknown
 * @param summary the last line of its output; null if it failed
 * @param errors why it failed, by its own last words or as in {@code killed after 60 s}
 */
public record CommandRun(
    double seconds,
    double cpuSeconds,
    long peakRssBytes,
    @Nullable JsonNode summary,
    String errors) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Runs it.
   *
   * @param deadline at which it is killed
   */
  public static CommandRun of(ProcessBuilder command, Duration deadline)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("millrace-bench-", ".out");
    Path errors = Files.createTempFile("millrace-bench-", ".err");
    try {
      long start = System.nanoTime();
      Process process =
          command.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
      ProcessTree tree = new ProcessTree(process);
      boolean ended = tree.await(deadline);
      double seconds = (System.nanoTime() - start) / 1e9;
      boolean done = ended && process.exitValue() == 0;
      return new CommandRun(
          seconds,
          tree.cpuSeconds(),
          tree.peakRssBytes(),
          done ? JSON.readTree(last(output)) : null,
          ended
              ? ChildJvm.tail(errors) + "; " + ChildJvm.tail(output)
              : "killed after " + deadline.toSeconds() + " s");
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  /**
   * Its summary.
   *
   * @throws IllegalStateException if it failed
   */
  public JsonNode mustSummary() {
    if (summary == null) {
      throw new IllegalStateException("Cannot measure a command that failed: " + errors);
    }
    return summary;
  }

  private static String last(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
  }
}
