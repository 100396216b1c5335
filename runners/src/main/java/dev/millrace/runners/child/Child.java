// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.child;

import dev.millrace.monitor.Durations;
import dev.millrace.runners.console.DaemonThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process that does one thing and tells its result as the last line of its standard output. What
 * else it says goes on to whoever started it, line by line, as it is said.
 *
 * <p>It is ended when it takes too long, and when the thread that waits for it is interrupted:
 * first its standard input is closed, which {@link ParentWatch} takes as the wish to end in order;
 * then it is terminated, then killed. Its standard input is closed as well when this JVM dies in
 * whatever way, so that no child outlives it for long.
 *
 * <p>Immutable; each {@link #run} is another process. Safe for use by several threads.
 */
public final class Child {

  /** Of a line that a child says, beyond which it is cut. */
  private static final int LINE_CHARS = 1 << 20;

  /** What of its standard error is kept for whoever asks why it failed. */
  private static final int LINES_KEPT = 20;

  private static final Duration GRACE = Duration.ofSeconds(10);

  private final ProcessBuilder builder;
  private final Patience patience;
  private final Consumer<String> listener;

  /**
   * How long a child may take.
   *
   * @param timeout to its end by itself, above 0
   * @param drain to its end after it was asked to end in order, 0 or more
   * @param term to its end after it was terminated, 0 or more; then it is killed
   */
  public record Patience(Duration timeout, Duration drain, Duration term) {}

  /**
   * What became of a child.
   *
   * @param exitCode as a shell tells it: above 128 if a signal ended it
   * @param answer the last line of its standard output; empty if there was none
   * @param errors the last lines of its standard error
   * @param took from its start to its end
   * @param end why it was ended; empty if it ended by itself
   */
  public record Result(
      int exitCode, String answer, List<String> errors, Duration took, String end) {}

  /**
   * @param builder of the process; its streams are set here
   * @param listener is told what it says, but for its last line, by several threads
   */
  public Child(ProcessBuilder builder, Patience patience, Consumer<String> listener) {
    this.builder = builder;
    this.patience = patience;
    this.listener = listener;
  }

  /**
   * Starts it and waits for its end.
   *
   * @throws IOException if it cannot be started
   * @throws InterruptedException if this thread was interrupted; it has ended by then
   */
  public Result run() throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process = builder.start();
    Said out = new Said(process.getInputStream(), 1, listener);
    Said err = new Said(process.getErrorStream(), LINES_KEPT, listener);
    String end = "";
    try {
      if (!process.waitFor(patience.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
        end = "it took longer than " + Durations.text(patience.timeout());
        end(process);
      }
    } finally {
      if (process.isAlive()) {
        endUninterrupted(process);
      }
    }
    // A process of its own that it has left behind would keep the streams open.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    List<String> errors = err.toEnd();
    List<String> last = out.toEnd();
    return new Result(
        process.exitValue(),
        last.isEmpty() ? "" : last.get(0),
        errors,
        Duration.ofNanos(System.nanoTime() - start),
        end);
  }

  private void endUninterrupted(Process process) {
    boolean interrupted = Thread.interrupted();
    try {
      end(process);
    } catch (InterruptedException again) {
      interrupted = true;
      process.destroyForcibly();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(Process process) throws InterruptedException {
    List<ProcessHandle> own = process.descendants().toList();
    try {
      process.getOutputStream().close();
    } catch (IOException closed) {
      // It has ended by itself meanwhile.
    }
    if (!process.waitFor(patience.drain().toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroy();
      if (!process.waitFor(patience.term().toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    own.forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * What a process says on one of its streams: all lines are told but the last ones of the first.
   */
  private static final class Said implements Runnable {
    private final InputStream stream;
    private final int kept;
    private final Consumer<String> listener;
    private final Deque<String> last = new ArrayDeque<>();
    private final Thread reader;

    /**
     * @param kept of the last lines; one means that the last is an answer, which is not told
     */
    Said(InputStream stream, int kept, Consumer<String> listener) {
      this.stream = stream;
      this.kept = kept;
      this.listener = listener;
      reader = DaemonThread.start("millrace-child", this);
    }

    @Override
    public void run() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        StringBuilder line = new StringBuilder();
        for (int next = lines.read(); next >= 0; next = lines.read()) {
          if (next == '\n') {
            said(line.toString());
            line.setLength(0);
          } else if (next != '\r' && line.length() < LINE_CHARS) {
            line.append((char) next);
          }
        }
        if (line.length() > 0) {
          said(line.toString());
        }
      } catch (IOException | UncheckedIOException gone) {
        // The process was killed.
      }
    }

    private void said(String line) {
      String passed = kept == 1 ? null : line;
      synchronized (last) {
        last.addLast(line);
        if (last.size() > kept) {
          String oldest = last.removeFirst();
          passed = kept == 1 ? oldest : line;
        }
      }
      if (passed != null) {
        listener.accept(passed);
      }
    }

    List<String> toEnd() throws InterruptedException {
      // What a child has left behind may hold its streams open.
      reader.join(GRACE.toMillis());
      synchronized (last) {
        return List.copyOf(last);
      }
    }
  }
}
