// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import dev.millrace.connect.Ceiling;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Retry;
import dev.millrace.connect.Timeouts;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.run.Run;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how long a command waits for its databases, and how much it takes. */
public final class LimitOptions {

  private static final String DEFAULT_POOL = "millrace";

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = {
        "Connections to a database at most, of all processes of all runs that name the same",
        "--pool; 2 or more. Default: no such ceiling; each process has up to 16 to read and 16",
        "to write."
      })
  @Nullable Integer maxConnections;

  @Option(
      names = "--pool",
      paramLabel = "NAME",
      description = "Whose --max-connections it is; default: millrace.")
  @Nullable String pool;

  @Option(
      names = "--acquire-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long to wait for one of them to be free; default: 30s.")
  @Nullable Duration acquire;

  @Option(
      names = "--lock-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long to wait for a lock before trying again; default: 30s.")
  @Nullable Duration lock;

  @Option(
      names = "--transaction-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long a transaction may take before it is cancelled; default: 30min.")
  @Nullable Duration transaction;

  @Option(
      names = "--max-replica-lag",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How far replicas of the target may be behind before it waits; default: 30s.")
  @Nullable Duration lag;

  @Option(
      names = "--retry-for",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long to try again what fails for a while only; default: 1min.")
  @Nullable Duration retry;

  /**
   * The database of a role within these limits, as {@link Credentials#of} finds it.
   *
   * @param run that connects
   * @throws UsageException when a limit is out of range, or the URL is not one
   */
  public ConnectionSpec database(Run run, String role, String url) {
    ConnectionSpec spec = Credentials.of(role, url, run.console().environment());
    Timeouts limits = spec.timeouts();
    limits = with(limits, "--acquire-timeout", acquire, Timeouts::withAcquire);
    limits = with(limits, "--lock-timeout", lock, Timeouts::withLock);
    limits = with(limits, "--transaction-timeout", transaction, Timeouts::withTransaction);
    limits = with(limits, "--max-replica-lag", lag, Timeouts::withLag);
    if (retry != null) {
      limits = limits.withRetry(new Retry(retry));
    }
    ConnectionSpec limited = spec.withTimeouts(limits).withRun(run.id());
    Ceiling ceiling = ceiling();
    return ceiling == null ? limited : limited.withCeiling(ceiling);
  }

  private @Nullable Ceiling ceiling() {
    if (maxConnections == null) {
      if (pool != null) {
        throw new UsageException(
            "Invalid --pool: %s (must go with --max-connections)".formatted(pool));
      }
      return null;
    }
    try {
      return new Ceiling(pool == null ? DEFAULT_POOL : pool, maxConnections);
    } catch (IllegalArgumentException invalid) {
      throw new UsageException(String.valueOf(invalid.getMessage()), invalid);
    }
  }

  public boolean hasCeiling() {
    return maxConnections != null;
  }

  private static Timeouts with(
      Timeouts limits,
      String option,
      @Nullable Duration value,
      BiFunction<Timeouts, Duration, Timeouts> setter) {
    if (value == null) {
      return limits;
    }
    if (value.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new UsageException(
          "Invalid %s: %s (must be 1 s or more)".formatted(option, DurationConverter.text(value)));
    }
    return setter.apply(limits, value);
  }
}
