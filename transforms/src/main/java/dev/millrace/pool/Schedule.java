// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import com.google.common.util.concurrent.ExecutionError;
import com.google.common.util.concurrent.SimpleTimeLimiter;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs tasks side by side that do not depend on each other, such as the pipelines of a medallion:
 * each as soon as those are done that it comes after, and a worker is free. A task that fails for
 * good ends all others: those that run are interrupted, those that wait never begin. Afterwards it
 * can say which task waited for what.
 *
 * <pre>{@code
 * Schedule.of(2)
 *     .task("bronze", bronze)
 *     .task("silver", silver, "bronze")
 *     .task("weather", weather)
 *     .task("gold", gold, "silver", "weather")
 *     .run()
 *     .forEach(done -> log.info(done.sentence()));
 * }</pre>
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class Schedule {

  private static final Duration TIMEOUT = Duration.ofHours(24);

  /** What is done by one task, and after which others. */
  record Task(String name, Callable<?> work, List<String> after) {}

  private final int workers;
  private final Map<String, Task> tasks;
  private final Duration timeout;
  private final int retries;
  private final Duration delay;

  private Schedule(
      int workers, Map<String, Task> tasks, Duration timeout, int retries, Duration delay) {
    this.workers = workers;
    this.tasks = tasks;
    this.timeout = timeout;
    this.retries = retries;
    this.delay = delay;
  }

  /**
   * Without tasks yet.
   *
   * @param workers how many tasks run at once at most, 1 to 1,000
   */
  public static Schedule of(int workers) {
    if (workers < 1 || workers > 1_000) {
      throw new IllegalArgumentException(
          "Invalid workers: " + workers + " (must be from 1 to 1000)");
    }
    return new Schedule(workers, Map.of(), TIMEOUT, 0, Duration.ZERO);
  }

  /**
   * And a task. Of those that could begin, the one that was named first does.
   *
   * @param name no other has
   * @param work ends soon after its thread was interrupted
   * @param after names of tasks that are named already, which are done before
   */
  public Schedule task(String name, Callable<?> work, String... after) {
    if (tasks.containsKey(name)) {
      throw new IllegalArgumentException("Invalid task: " + name + " (must be named once)");
    }
    for (String before : after) {
      if (!tasks.containsKey(before)) {
        throw new IllegalArgumentException(
            "Invalid task: %s after %s (must be after one of %s)"
                .formatted(name, before, String.join(", ", tasks.keySet())));
      }
    }
    Map<String, Task> all = new LinkedHashMap<>(tasks);
    all.put(name, new Task(name, work, List.of(after)));
    return new Schedule(workers, all, timeout, retries, delay);
  }

  /** How long an attempt of a task may take, above 0, default a day. Then it is interrupted. */
  public Schedule timeout(Duration newTimeout) {
    if (newTimeout.isNegative() || newTimeout.isZero()) {
      throw new IllegalArgumentException("Invalid timeout: " + newTimeout + " (must be above 0 s)");
    }
    return new Schedule(workers, tasks, newTimeout, retries, delay);
  }

  /**
   * How often a task is tried again.
   *
   * @param times 0 or more, default 0
   * @param newDelay before each, 0 or more; its worker waits
   */
  public Schedule retries(int times, Duration newDelay) {
    if (times < 0 || newDelay.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid retries: %d after %s (must be 0 or more of both)".formatted(times, newDelay));
    }
    return new Schedule(workers, tasks, timeout, times, newDelay);
  }

  /**
   * What became of a task.
   *
   * @param after the task before it that ended last; empty if it came after none
   * @param ready since the schedule began, until that had ended
   * @param queued from then, until a worker was free
   * @param took from then, to its end, with all attempts
   * @param attempts 1 or more
   */
  public record Done(
      String task, String after, Duration ready, Duration queued, Duration took, int attempts) {

    /** What it waited for, and how long it took. */
    public String sentence() {
      return "%s waited %s%s for a worker, and took %s%s"
          .formatted(
              task,
              after.isEmpty() ? "" : "%s for %s and ".formatted(seconds(ready), after),
              seconds(queued),
              seconds(took),
              attempts == 1 ? "" : " in %d attempts".formatted(attempts));
    }

    private static String seconds(Duration time) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
  }

  /**
   * Runs all tasks to their ends.
   *
   * @return what became of each, in the order of their ends
   * @throws ExecutionException of what a task failed with for good, naming it
   * @throws InterruptedException if this thread was interrupted; all tasks were, too
   */
  public List<Done> run() throws ExecutionException, InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            workers,
            new ThreadFactoryBuilder().setDaemon(true).setNameFormat("millrace-task-%d").build());
    try {
      return run(threads);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Done> run(ExecutorService threads) throws ExecutionException, InterruptedException {
    long start = System.nanoTime();
    CompletionService<Done> ends = new ExecutorCompletionService<>(threads);
    Map<String, Task> waiting = new LinkedHashMap<>(tasks);
    Map<String, Done> done = new LinkedHashMap<>();
    String latest = "";
    while (done.size() < tasks.size()) {
      for (Task task : List.copyOf(waiting.values())) {
        if (done.keySet().containsAll(task.after())) {
          waiting.remove(task.name());
          String after = task.after().isEmpty() ? "" : latest;
          begin(ends, task, after, start);
        }
      }
      Done ended = ends.take().get();
      latest = ended.task();
      done.put(latest, ended);
    }
    return List.copyOf(done.values());
  }

  private void begin(CompletionService<Done> ends, Task task, String after, long start) {
    long ready = System.nanoTime();
    Future<Done> unused =
        ends.submit(
            () -> {
              long begun = System.nanoTime();
              int attempts = attempt(task);
              return new Done(
                  task.name(),
                  after,
                  Duration.ofNanos(ready - start),
                  Duration.ofNanos(begun - ready),
                  Duration.ofNanos(System.nanoTime() - begun),
                  attempts);
            });
  }

  /** Does a task, and again if it fails; returns how often. */
  private int attempt(Task task) throws Exception {
    List<Throwable> failures = new ArrayList<>();
    for (int attempt = 1; attempt <= 1 + retries; attempt++) {
      if (attempt > 1) {
        new CountDownLatch(1).await(delay.toMillis(), TimeUnit.MILLISECONDS);
      }
      try {
        within(task);
        return attempt;
      } catch (TimeoutException late) {
        failures.add(
            new TimeoutException("it took longer than " + timeout.toMillis() / 1000.0 + " s"));
      } catch (ExecutionException | UncheckedExecutionException failure) {
        failures.add(failure.getCause() == null ? failure : failure.getCause());
      } catch (ExecutionError failure) {
        failures.add(failure);
      }
    }
    Throwable last = failures.remove(failures.size() - 1);
    IllegalStateException failed =
        new IllegalStateException(
            "Cannot %s: %s%s"
                .formatted(
                    task.name(),
                    last.getMessage(),
                    retries == 0 ? "" : ", at attempt " + (1 + retries)),
            last);
    failures.forEach(failed::addSuppressed);
    throw failed;
  }

  private void within(Task task) throws TimeoutException, ExecutionException, InterruptedException {
    ExecutorService one =
        Executors.newSingleThreadExecutor(
            new ThreadFactoryBuilder().setDaemon(true).setNameFormat(task.name()).build());
    try {
      SimpleTimeLimiter.create(one).callWithTimeout(task.work(), timeout);
    } finally {
      one.shutdownNow();
    }
  }
}
