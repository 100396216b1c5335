// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A shell that outlives a killed JVM by a moment: it waits for the end of its standard input, which
 * the operating system closes with us, then stops the server and removes its data.
 *
 * <p>A shutdown hook covers the orderly ways out only; a benchmark or test that is killed must not
 * leave a server behind.
 */
final class Watchdog implements AutoCloseable {

  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      read -r _
      kill "-$2" "$1"
      while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
      rm -rf "$3"
      """;

  private final @Nullable Process shell;

  private Watchdog(@Nullable Process shell) {
    this.shell = shell;
  }

  /** Watches over the PostgreSQL server whose data folder this is. */
  static Watchdog over(Path dataDirectory) throws IOException {
    return over(Postmaster.of(dataDirectory).pid(), "INT", dataDirectory);
  }

  /**
   * Watches over a server.
   *
   * @param signal that ends it
   * @param folder removed when it has ended
   */
  static Watchdog over(long pid, String signal, Path folder) throws IOException {
    if (!Files.isExecutable(Path.of("/bin/sh"))) {
      return new Watchdog(null);
    }
    return new Watchdog(
        new ProcessBuilder(
                "/bin/sh", "-c", SCRIPT, "sh", Long.toString(pid), signal, folder.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Sends the watchdog home; call it once the server is gone. */
  @Override
  public void close() {
    if (shell != null) {
      shell.destroyForcibly();
    }
  }
}
