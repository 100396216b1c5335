// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * All that the command sees of the world around its process.
 *
 * @param out data and summaries
 * @param err progress, logs and the one sentence of a failure
 * @param environment the environment variables
 * @param folder where {@code millrace.yaml} is looked for
 * @param columns of the terminal that {@code err} is, on which lines may be drawn over; 0 if it is
 *     none
 */
public record Console(
    PrintStream out, PrintStream err, Map<String, String> environment, Path folder, int columns) {

  /** The real one. The launcher knows what terminal standard error is; the JVM does not. */
  public static Console ofProcess() {
    return new Console(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.getenv(),
        Path.of(""),
        Integer.getInteger("millrace.columns", 0));
  }

  /** Whether {@code err} is a terminal. */
  public boolean terminal() {
    return columns > 0;
  }

  /** Where a user's own state is kept between commands. */
  public static Path state(Map<String, String> environment) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path base =
        state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state);
    return base.resolve("millrace");
  }
}
