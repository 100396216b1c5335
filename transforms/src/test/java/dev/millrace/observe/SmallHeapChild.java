// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.connect.ConnectionSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another process that copies a table, with a heap that is nearly full of something else. */
final class SmallHeapChild {

  /** What is left of the heap is enough, and not more. */
  private static final long LEFT = 16 << 20;

  private SmallHeapChild() {}

  /** What it found to be the cause. */
  static String run(String url) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of(SmallHeapChild.class.getName(), url));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process child = builder.start();
    try {
      return new String(child.getInputStream().readAllBytes(), US_ASCII);
    } finally {
      child.destroyForcibly();
    }
  }

  /** Of the child. */
  public static void main(String[] args) {
    ConnectionSpec spec = ConnectionSpec.of(args[0]);
    CopyRun.direct(spec, CopyRun.nothing());
    System.gc();
    Runtime heap = Runtime.getRuntime();
    List<Object> ballast = new ArrayList<>();
    while (heap.maxMemory() - heap.totalMemory() + heap.freeMemory() > LEFT) {
      ballast.add(new ArrayList<>(List.of(ballast.size())));
    }
    CopyRun run = CopyRun.direct(spec, CopyRun.nothing());
    System.out.print(ballast.isEmpty() ? "no ballast" : run.bottleneck().cause());
  }
}
