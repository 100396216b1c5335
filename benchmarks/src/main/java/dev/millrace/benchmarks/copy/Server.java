// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server to measure against: the user's own, or one started for the benchmark. */
final class Server implements AutoCloseable {

  private static final double TICKS_PER_SECOND = 100;

  private final ConnectionSpec spec;
  private final @Nullable LocalPostgres local;

  private Server(ConnectionSpec spec, @Nullable LocalPostgres local) {
    this.spec = spec;
    this.local = local;
  }

  static Server of(@Nullable ConnectionSpec own) throws IOException {
    if (own != null) {
      return new Server(own, null);
    }
    LocalPostgres local = LocalPostgres.start(LocalPostgres.Settings.durable());
    return new Server(ConnectionSpec.of(local.jdbcUrl()), local);
  }

  ConnectionSpec spec() {
    return spec;
  }

  /**
   * {@code millrace sync} that appends a source of the benchmark to its target, to be started.
   *
   * @param more words
   */
  ProcessBuilder sync(
      MillraceCommand command,
      List<String> jvmFlags,
      long rows,
      int parallelism,
      List<String> more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "sync",
                "--parallelism=" + parallelism,
                "--source=" + spec.url(),
                "--table=" + Tables.source(rows),
                "--target=" + spec.url(),
                "--into=" + Tables.target(Mode.APPEND),
                "--mode=append",
                "--json"));
    words.addAll(more);
    ProcessBuilder builder = command.with(jvmFlags, words);
    String user = spec.user();
    if (user != null) {
      builder.environment().put("MILLRACE_SOURCE_USER", user);
      builder.environment().put("MILLRACE_TARGET_USER", user);
    }
    return builder;
  }

  /**
   * CPU seconds of all backends that have ended so far, or null where the server's machine does not
   * tell. A backend ends with its connection, so those of a child JVM are counted once it is gone.
   */
  @Nullable Double cpuSeconds() throws IOException {
    if (local == null) {
      return null;
    }
    String pid = Files.readAllLines(local.dataDirectory().resolve("postmaster.pid")).get(0).strip();
    Path stat = Path.of("/proc", pid, "stat");
    if (!Files.exists(stat)) {
      return null;
    }
    // The second field, the name, stands in brackets and may hold blanks; the 16th and 17th are the
    // user and system time of children that were waited for.
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND;
  }

  @Override
  public void close() throws IOException {
    if (local != null) {
      local.close();
    }
  }
}
