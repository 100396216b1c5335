// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A main class run in a fresh JVM of the same Java and class path, with a heap of its own and
 * nothing compiled or cached by what ran before.
 *
 * <p>The task goes through standard input, so that no secret is seen in the list of processes; the
 * answer comes back in a file, as anybody may print.
 *
 * @param mainClass the class whose {@code main} passes its arguments to {@link #serve}
 * @param jvmFlags flags of the JVM, such as {@code -Xmx512m}
 * @param deadline how long it may run before it is killed
 */
public record ChildJvm(Class<?> mainClass, List<String> jvmFlags, Duration deadline) {

  /** The collector of {@code millrace}, and what Arrow, Beam and Flink open inside the JDK. */
  private static final List<String> COMMON_FLAGS =
      List.of(
          "-XX:+UseParallelGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.time=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED");

  private static final int ERROR_BYTES = 4000;

  public ChildJvm {
    jvmFlags = List.copyOf(jvmFlags);
  }

  /** What a child does with its task. */
  @FunctionalInterface
  public interface Work<T extends Serializable, A extends Serializable> {
    A apply(T task) throws Exception;
  }

  /**
   * How a child ended.
   *
   * @param answer null when it failed
   * @param errors the end of its standard error
   * @param seconds from before its start to after its end
   */
  public record Outcome<A>(@Nullable A answer, String errors, double seconds) {}

  /** Runs in the child: takes the task, does the work, leaves the answer and ends the JVM. */
  public static <T extends Serializable, A extends Serializable> void serve(
      String[] args, Class<T> taskType, Work<T, A> work) throws Exception {
    T task;
    try (ObjectInputStream in = new ObjectInputStream(System.in)) {
      task = taskType.cast(in.readObject());
    }
    A answer = work.apply(task);
    try (OutputStream file = Files.newOutputStream(Path.of(args[0]));
        ObjectOutputStream out = new ObjectOutputStream(file)) {
      out.writeObject(answer);
    }
    System.exit(0);
  }

  /**
   * Gives a child its task and waits for its end.
   *
   * @throws IOException if the JVM cannot be started
   * @throws InterruptedException if the caller is interrupted; the child is killed
   */
  public <A extends Serializable> Outcome<A> run(Serializable task, Class<A> answerType)
      throws IOException, InterruptedException {
    Path answer = Files.createTempFile("millrace-child-", ".answer");
    Path output = Files.createTempFile("millrace-child-", ".log");
    try {
      long start = System.nanoTime();
      Process process = start(answer, output);
      Thread killer = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(killer);
      boolean ended = false;
      try {
        try (ObjectOutputStream stdin = new ObjectOutputStream(process.getOutputStream())) {
          stdin.writeObject(task);
        } catch (IOException died) {
          // It ended before it read its task: the exit code and the log say why.
        }
        ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
      } finally {
        if (!ended) {
          process.destroyForcibly().waitFor();
        }
        Runtime.getRuntime().removeShutdownHook(killer);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      String errors = ended ? tail(output) : "killed after " + deadline.toSeconds() + " s";
      return new Outcome<>(
          ended && process.exitValue() == 0 ? read(answer, answerType) : null, errors, seconds);
    } finally {
      Files.deleteIfExists(answer);
      Files.deleteIfExists(output);
    }
  }

  private Process start(Path answer, Path output) throws IOException {
    return command(List.of(answer.toString()))
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** A process of the class, to be started; its arguments are for {@code main}. */
  public ProcessBuilder command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(COMMON_FLAGS);
    command.addAll(inherited());
    command.addAll(jvmFlags);
    command.add(mainClass.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", ClassPath.of(mainClass));
    return builder;
  }

  /** What the launcher started this JVM with to start and warm up fast. */
  private static List<String> inherited() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-XX:SharedArchiveFile=") || flag.startsWith("-XX:Tier4"))
        .toList();
  }

  private static <A> A read(Path file, Class<A> type) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        ObjectInputStream in = new ObjectInputStream(bytes)) {
      return type.cast(in.readObject());
    } catch (ClassNotFoundException e) {
      throw new IOException("Cannot read the answer of a child JVM: " + e.getMessage(), e);
    }
  }

  /** The end of what a process said. */
  static String tail(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int from = Math.max(0, all.length - ERROR_BYTES);
    return new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
  }
}
