// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that stays and is spoken with line by line; what it prints as errors counts as output.
 * Not thread-safe.
 */
public final class LineProcess implements AutoCloseable {

  private static final int LAST_LINES = 20;
  private static final Duration TO_END = Duration.ofSeconds(20);

  /** What stands for the end of its output. */
  private static final String END = "\0";

  private final Process process;
  private final BufferedWriter words;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Deque<String> last = new ArrayDeque<>();

  private LineProcess(Process process) {
    this.process = process;
    this.words = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "bench-lines");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a process. */
  public static LineProcess start(ProcessBuilder builder) throws IOException {
    return new LineProcess(builder.redirectErrorStream(true).start());
  }

  /** Its id. */
  public long pid() {
    return process.pid();
  }

  /** Tells it something. */
  public void say(String line) throws IOException {
    words.write(line);
    words.newLine();
    words.flush();
  }

  /**
   * Waits for a line that holds something.
   *
   * @throws IllegalStateException if the process ends before, or takes longer; with its last lines
   */
  public Matcher await(Pattern wanted, Duration deadline) throws InterruptedException {
    long until = System.nanoTime() + deadline.toNanos();
    while (true) {
      String line = lines.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (line == null || line.equals(END)) {
        throw new IllegalStateException(
            "Cannot go on with a process that %s; it said: %s"
                .formatted(
                    line == null ? "took over " + deadline.toSeconds() + " s" : "ended", said()));
      }
      Matcher matcher = wanted.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
      last.add(line);
      if (last.size() > LAST_LINES) {
        last.remove();
      }
    }
  }

  /** The last lines that were not waited for. */
  public String said() {
    return String.join("; ", last);
  }

  /** Ends it: by the end of its input, or else by force, with all that it started. */
  @Override
  public void close() throws InterruptedException {
    try {
      words.close();
    } catch (IOException ended) {
      // It has ended already.
    }
    if (!process.waitFor(TO_END.toSeconds(), TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException closed) {
      // Nothing more is to be had of it.
    } finally {
      lines.add(END);
    }
  }
}
