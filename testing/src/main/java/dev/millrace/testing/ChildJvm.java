// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM, with the class path of this one and what this one opens of the JDK: for what would
 * kill this one, or fill it. What it writes to its standard error is dropped.
 */
public final class ChildJvm {

  private ChildJvm() {}

  /**
   * Starts one.
   *
   * @param options of the JVM, such as {@code -Xmx64m}
   * @param main the class whose main method it runs
   */
  public static Process start(List<String> options, Class<?> main, String... arguments)
      throws IOException {
    return start(List.of(), options, main, arguments);
  }

  /**
   * Starts one by another command.
   *
   * @param before words of the command that starts it
   */
  public static Process start(
      List<String> before, List<String> options, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Most of it is start.
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(options);
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }

  /** Runs one to its end and returns what it printed. */
  public static String output(List<String> options, Class<?> main, String... arguments)
      throws IOException {
    Process child = start(options, main, arguments);
    try {
      return new String(child.getInputStream().readAllBytes(), UTF_8);
    } finally {
      child.destroyForcibly();
    }
  }
}
