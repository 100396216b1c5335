// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StagingTest {

  @TempDir private Path temp = Path.of("");

  private Path root = Path.of("");

  @BeforeEach
  void choose() {
    root = temp.resolve("deep/staging");
  }

  /** Another process that stages a file and then waits to be killed. */
  static final class Child {

    private Child() {}

    public static void main(String[] args) throws Exception {
      Staging staging = Staging.open(Path.of(args[0]), "child");
      Path file = Files.createDirectories(staging.folder().resolve("a/b")).resolve("large");
      Files.write(file, new byte[1 << 20]);
      System.out.println(staging.folder());
      System.in.read();
    }
  }

  private record Running(Process process, Path folder) implements AutoCloseable {

    static Running start(Path root) throws IOException {
      Process process =
          ChildJvm.start(List.of("-Xmx32m", "-XX:+UseSerialGC"), Child.class, root.toString());
      String folder =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
      return new Running(process, Path.of(String.valueOf(folder)));
    }

    /** By SIGKILL. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.toList();
    }
  }

  @Test
  void open_shouldRemoveWhatTheKilledLeft_andNotWhatTheLivingHave() throws Exception {
    try (Running killed = Running.start(root);
        Running living = Running.start(root)) {
      assertThat(killed.folder().resolve("a/b/large")).exists();
      killed.kill();
      assertThat(killed.folder().resolve("a/b/large")).exists();

      try (Staging staging = Staging.open(root, "next")) {
        assertThat(killed.folder()).doesNotExist();
        assertThat(living.folder().resolve("a/b/large")).hasSize(1 << 20);
        assertThat(staging.folder()).isDirectory();
        assertThat(entries()).hasSize(4);
      }

      living.kill();
      Staging.open(root, "last").close();
      assertThat(entries()).isEmpty();
    }
  }

  @Test
  void open_shouldKeepTheFoldersOfThisJvm() throws IOException {
    try (Staging first = Staging.open(root, "run")) {
      Files.writeString(first.folder().resolve("file"), "text");
      try (Staging second = Staging.open(root, "run")) {
        assertThat(second.folder()).isNotEqualTo(first.folder());
        assertThat(first.folder().resolve("file")).exists();
      }
      assertThat(first.folder().resolve("file")).exists();
    }
    assertThat(entries()).isEmpty();
  }

  @Test
  void open_shouldKeepWhatItDidNotMake() throws IOException {
    Files.createDirectories(root);
    Path outside = Files.writeString(temp.resolve("outside"), "text");
    List<Path> others =
        List.of(
            Files.createDirectory(root.resolve("data")),
            Files.createDirectory(root.resolve("millrace-staging-mine")),
            Files.writeString(root.resolve("millrace-staging-mine.lock"), ""),
            Files.createDirectory(root.resolve("millrace-staging-x-" + "0".repeat(32))));

    try (Staging staging = Staging.open(root, "run")) {
      Files.createSymbolicLink(staging.folder().resolve("link"), outside);
    }

    assertThat(entries()).containsExactlyInAnyOrderElementsOf(others);
    assertThat(outside).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..\\x", "a b"})
  void open_shouldRefuseNamesThatAreNone(String run) {
    assertThatThrownBy(() -> Staging.open(root, run))
        .hasMessage(
            "Invalid name of a run: "
                + run
                + " (must be 1 to 100 letters, digits, '_', '-' or '.')");
  }

  @Test
  void open_shouldSayWhere_whenItCannot() throws IOException {
    Files.createDirectories(root.getParent());
    Files.writeString(root, "a file");

    assertThatThrownBy(() -> Staging.open(root, "run"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot stage files in " + root + ": ");
  }
}
