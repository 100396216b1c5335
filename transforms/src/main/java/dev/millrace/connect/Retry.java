// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import java.io.Serializable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what failed for a while only: the waits grow from {@link #FIRST} to {@link #LONGEST},
 * each by chance between nothing and that ("full jitter"), so that those who failed together do not
 * come back together. With a budget of a minute about a dozen attempts are made.
 *
 * <p>Immutable and safe to share between threads.
 *
 * @param budget the time from the first attempt in which a new one may begin, 0 or more, default 1
 *     min; 0 to try once
 * @see <a href="https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/">
 *     Timeouts, retries, and backoff with jitter</a>
 */
public record Retry(Duration budget) implements Serializable {

  /** Makes one attempt. */
  public static final Retry NEVER = new Retry(Duration.ZERO);

  public static final Retry DEFAULT = new Retry(Duration.ofMinutes(1));

  /** The wait after the first failure, at most. */
  static final Duration FIRST = Duration.ofMillis(100);

  /** The wait after many, at most. */
  static final Duration LONGEST = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

  public Retry {
    if (budget.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid budget of retries: " + budget + " (must be 0 s or more)");
    }
  }

  /** What is tried. */
  @FunctionalInterface
  public interface Attempt<T> {
    T make() throws SQLException;
  }

  /**
   * Makes attempts until one succeeds, fails for good, or the budget is spent. An attempt must be
   * such that it may be repeated after it failed.
   *
   * @param what is done, for the log and the failure, as in {@code write to public.item}
   * @throws SQLException of the last attempt, with those before it suppressed; if there were
   *     several, it says how many and for how long
   */
  public <T> T call(String what, Attempt<T> attempt) throws SQLException {
    return call(what, attempt, failure -> Fault.of(failure) == Fault.TRANSIENT);
  }

  /** As {@link #call(String, Attempt)}, but tries again only after some failures. */
  <T> T call(String what, Attempt<T> attempt, Predicate<SQLException> passing) throws SQLException {
    List<SQLException> failures = new ArrayList<>();
    RetryPolicy<T> policy =
        RetryPolicy.<T>builder()
            .handleIf(failure -> failure instanceof SQLException sql && passing.test(sql))
            .withMaxRetries(budget.isZero() ? 0 : -1)
            .withMaxDuration(budget.isZero() ? Duration.ofNanos(1) : budget)
            .withDelayFn(context -> delay(context.getAttemptCount()))
            .onRetry(retried -> told(what, failures))
            .build();
    long start = System.nanoTime();
    try (Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
      return Failsafe.with(policy)
          .get(
              () -> {
                try {
                  return attempt.make();
                } catch (SQLException failure) {
                  failures.add(failure);
                  throw failure;
                }
              });
    } catch (FailsafeException wrapped) {
      if (wrapped.getCause() instanceof SQLException failure) {
        throw exhausted(what, failures, failure, Duration.ofNanos(System.nanoTime() - start));
      }
      if (wrapped.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
        throw new SQLException("Cannot " + what + ": it was stopped", wrapped);
      }
      throw wrapped;
    }
  }

  /**
   * How long to wait, by chance.
   *
   * @param attempts made so far, 1 or more
   */
  static Duration delay(int attempts) {
    long most = FIRST.toMillis();
    for (int i = 1; i < attempts && most < LONGEST.toMillis(); i++) {
      most *= 2;
    }
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextLong(Math.min(most, LONGEST.toMillis()) + 1));
  }

  static void told(String what, List<SQLException> failures) {
    SQLException last = failures.get(failures.size() - 1);
    Measure.RETRIES.add("sqlstate", String.valueOf(last.getSQLState()));
    LOG.info("Trying again to {} after {}: {}", what, last.getSQLState(), last.getMessage());
  }

  static SQLException exhausted(
      String what, List<SQLException> failures, SQLException last, Duration took) {
    if (failures.size() < 2) {
      return last;
    }
    SQLException all =
        new SQLException(
            "Cannot %s: tried %d times in %d s; the last time: %s"
                .formatted(what, failures.size(), took.toSeconds(), last.getMessage()),
            last.getSQLState(),
            last);
    failures.stream().filter(each -> each != last).forEach(all::addSuppressed);
    return all;
  }
}
