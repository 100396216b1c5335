// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.bench.KillIT;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code millrace sync} of the table {@code item} into {@code copy} by the cursor {@code at}, as a
 * process of its own, with what it prints in a file.
 */
record LaunchedSync(PostgresExtension source, PostgresExtension target, Path folder) {

  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The exit code after SIGTERM. */
  static final int TERMINATED = 143;

  Process start(List<String> jvmFlags, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sync",
                "--source=" + source.jdbcUrl(),
                "--table=item",
                "--target=" + target.jdbcUrl(),
                "--into=copy",
                "--cursor=at",
                "--key=id",
                "--guard=50ms"));
    arguments.addAll(List.of(more));
    return KillIT.launcher(jvmFlags, arguments)
        .redirectErrorStream(true)
        .redirectOutput(file().toFile())
        .start();
  }

  private Path file() {
    return folder.resolve("log");
  }

  /** What the last process printed. */
  String log() throws IOException {
    return Files.readString(file());
  }

  /** Waits for the end of a process, and ends it if that does not come. */
  int await(Process process) throws InterruptedException, IOException {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(log()).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
