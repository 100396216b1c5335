// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another process, for what would bear on this one. */
final class Child {

  private Child() {}

  /** Runs a class to its end, and returns what it printed. */
  static String output(Class<?> main, List<String> flags, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.add(main.getName());
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process child = builder.start();
    try {
      return new String(child.getInputStream().readAllBytes(), US_ASCII);
    } finally {
      child.destroyForcibly();
    }
  }
}
