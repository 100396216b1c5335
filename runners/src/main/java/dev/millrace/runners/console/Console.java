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
 * @param terminal whether {@code err} is a terminal, on which a line may be drawn over
 */
public record Console(
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path folder,
    boolean terminal) {

  /** The real one. The launcher knows whether standard error is a terminal; the JVM does not. */
  public static Console ofProcess() {
    return new Console(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.getenv(),
        Path.of(""),
        Boolean.getBoolean("millrace.terminal"));
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
