// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import com.google.common.util.concurrent.ExecutionError;
import com.google.common.util.concurrent.SimpleTimeLimiter;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks side by side that do not depend on each other, such as the pipelines of a medallion:
 * each as soon as those are done that it comes after, and a worker is free. A task that fails for
 * good ends all others: those that run are interrupted, those that wait never begin; or, if it is
 * to {@linkplain #keepGoing go on}, only those never begin that come after it. Afterwards it can
 * say which task waited for what.
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
  private static final Duration GRACE = Duration.ofSeconds(30);

  /**
   * A task.
   *
   * @param name no other has
   * @param work ends soon after its thread was interrupted
   * @param after names of tasks that are named already, which are done before
   */
  public record Task(String name, Callable<?> work, List<String> after) {

    public Task {
      after = List.copyOf(after);
    }
  }

  private final int workers;
  private final Map<String, Task> tasks;
  private final Duration timeout;
  private final int retries;
  private final Duration delay;
  private final Duration grace;
  private final boolean keepsGoing;

  private Schedule(
      int workers,
      Map<String, Task> tasks,
      Duration timeout,
      int retries,
      Duration delay,
      Duration grace,
      boolean keepsGoing) {
    this.workers = workers;
    this.tasks = tasks;
    this.timeout = timeout;
    this.retries = retries;
    this.delay = delay;
    this.grace = grace;
    this.keepsGoing = keepsGoing;
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
    return new Schedule(workers, Map.of(), TIMEOUT, 0, Duration.ZERO, GRACE, false);
  }

  /**
   * And a task. Of those that could begin, the one that was named first does.
   *
   * @param name no other has
   * @param work ends soon after its thread was interrupted
   * @param after names of tasks that are named already, which are done before
   */
  public Schedule task(String name, Callable<?> work, String... after) {
    return tasks(List.of(new Task(name, work, List.of(after))));
  }

  /** And several tasks, each perhaps after others of them. */
  public Schedule tasks(List<Task> more) {
    Map<String, Task> all = new LinkedHashMap<>(tasks);
    for (Task task : more) {
      for (String before : task.after()) {
        if (!all.containsKey(before)) {
          throw new IllegalArgumentException(
              "Invalid task: %s after %s (must be after one of %s)"
                  .formatted(task.name(), before, String.join(", ", all.keySet())));
        }
      }
      if (all.putIfAbsent(task.name(), task) != null) {
        throw new IllegalArgumentException(
            "Invalid task: " + task.name() + " (must be named once)");
      }
    }
    return new Schedule(workers, all, timeout, retries, delay, grace, keepsGoing);
  }

  /** How long an attempt of a task may take, above 0, default a day. Then it is interrupted. */
  public Schedule timeout(Duration newTimeout) {
    if (newTimeout.isNegative() || newTimeout.isZero()) {
      throw new IllegalArgumentException("Invalid timeout: " + newTimeout + " (must be above 0 s)");
    }
    return new Schedule(workers, tasks, newTimeout, retries, delay, grace, keepsGoing);
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
    return new Schedule(workers, tasks, timeout, times, newDelay, grace, keepsGoing);
  }

  /** How long a task that was interrupted may take to end, 0 or more, default 30 s. */
  public Schedule grace(Duration newGrace) {
    if (newGrace.isNegative()) {
      throw new IllegalArgumentException("Invalid grace: " + newGrace + " (must be 0 s or more)");
    }
    return new Schedule(workers, tasks, timeout, retries, delay, newGrace, keepsGoing);
  }

  /**
   * A task that fails for good does not end the others, but for those that come after it, which
   * never begin. {@link Done#failure} tells.
   */
  public Schedule keepGoing() {
    return new Schedule(workers, tasks, timeout, retries, delay, grace, true);
  }

  /**
   * What became of a task.
   *
   * @param after the task before it that ended last; empty if it came after none
   * @param ready since the schedule began, until that had ended
   * @param queued from then, until a worker was free
   * @param took from then, to its end, with all attempts
   * @param attempts 1 or more; 0 if it never began
   * @param failure for good; null if it succeeded
   */
  public record Done(
      String task,
      String after,
      Duration ready,
      Duration queued,
      Duration took,
      int attempts,
      @Nullable Exception failure) {

    /** What it waited for, and how long it took. */
    public String sentence() {
      if (attempts == 0) {
        return "%s never began, as %s failed".formatted(task, after);
      }
      return "%s waited %s%s for a worker, and %s %s%s"
          .formatted(
              task,
              after.isEmpty() ? "" : "%s for %s and ".formatted(seconds(ready), after),
              seconds(queued),
              failure == null ? "took" : "failed after",
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
      return new Course(threads).toEnd();
    } finally {
      threads.shutdownNow();
      boolean unused = Uninterruptibles.awaitTerminationUninterruptibly(threads, grace);
    }
  }

  /** The tasks on their way. */
  private final class Course {
    private final long start = System.nanoTime();
    private final CompletionService<Done> ends;
    private final Map<String, List<Task>> next = new HashMap<>();
    private final Map<String, Integer> open = new HashMap<>();
    private final Map<String, Done> done = new LinkedHashMap<>();

    Course(ExecutorService threads) {
      ends = new ExecutorCompletionService<>(threads);
    }

    List<Done> toEnd() throws ExecutionException, InterruptedException {
      for (Task task : tasks.values()) {
        open.put(task.name(), task.after().size());
        task.after()
            .forEach(before -> next.computeIfAbsent(before, b -> new ArrayList<>()).add(task));
        if (task.after().isEmpty()) {
          begin(task, "");
        }
      }
      while (done.size() < tasks.size()) {
        Done ended = ends.take().get();
        if (ended.failure() != null && !keepsGoing) {
          throw new ExecutionException(ended.failure());
        }
        end(ended);
      }
      return List.copyOf(done.values());
    }

    private void end(Done ended) {
      if (done.putIfAbsent(ended.task(), ended) != null) {
        return;
      }
      for (Task task : next.getOrDefault(ended.task(), List.of())) {
        if (ended.failure() != null) {
          end(
              new Done(
                  task.name(),
                  ended.task(),
                  Duration.ofNanos(System.nanoTime() - start),
                  Duration.ZERO,
                  Duration.ZERO,
                  0,
                  ended.failure()));
        } else if (open.merge(task.name(), -1, Integer::sum) == 0) {
          begin(task, ended.task());
        }
      }
    }

    private void begin(Task task, String after) {
      long ready = System.nanoTime();
      Future<Done> unused = ends.submit(() -> attempt(task, after, ready));
    }

    private Done attempt(Task task, String after, long ready) throws InterruptedException {
      long begun = System.nanoTime();
      int attempts;
      Exception failure = null;
      try {
        attempts = Schedule.this.attempt(task);
      } catch (IllegalStateException forGood) {
        attempts = 1 + retries;
        failure = forGood;
      }
      return new Done(
          task.name(),
          after,
          Duration.ofNanos(ready - start),
          Duration.ofNanos(begun - ready),
          Duration.ofNanos(System.nanoTime() - begun),
          attempts,
          failure);
    }
  }

  /**
   * Does a task, and again if it fails; returns how often.
   *
   * @throws IllegalStateException if it failed for good
   */
  private int attempt(Task task) throws InterruptedException {
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
      // Who was too late, or is to end, was interrupted: once, or he could not end in order.
      one.shutdown();
      boolean unused = Uninterruptibles.awaitTerminationUninterruptibly(one, grace);
    }
  }
}
