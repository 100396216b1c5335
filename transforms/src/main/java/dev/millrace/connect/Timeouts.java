// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How long to wait for what, each 1 s or more. Immutable; every with-er returns a new instance.
 *
 * @param connect for a server to accept a connection; default 10 s
 * @param acquire for a pool to have a connection free; default 30 s
 * @param stall for a server to answer, or to take what is sent, with no progress; default 2 min
 * @param lock for a lock that others hold, unless the session has a limit of its own; default 30 s
 * @param transaction for all that is done between taking a connection of a pool and giving it back;
 *     default 30 min
 * @param lag how far a replica may fall behind what is written before the writes wait for it;
 *     default 30 s
 * @param retry how long to try again what fails for a while only; default that of {@link Retry}
 */
public record Timeouts(
    Duration connect,
    Duration acquire,
    Duration stall,
    Duration lock,
    Duration transaction,
    Duration lag,
    Retry retry)
    implements Serializable {

  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofMinutes(30),
          Duration.ofSeconds(30),
          Retry.DEFAULT);

  public Timeouts {
    for (Duration each : List.of(connect, acquire, stall, lock, transaction, lag)) {
      if (each.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException(
            "Invalid timeout: " + each + " (must be 1 s or more: 0 would wait for ever)");
      }
    }
  }

  public Timeouts withConnect(Duration limit) {
    return new Timeouts(limit, acquire, stall, lock, transaction, lag, retry);
  }

  public Timeouts withAcquire(Duration limit) {
    return new Timeouts(connect, limit, stall, lock, transaction, lag, retry);
  }

  public Timeouts withStall(Duration limit) {
    return new Timeouts(connect, acquire, limit, lock, transaction, lag, retry);
  }

  public Timeouts withLock(Duration limit) {
    return new Timeouts(connect, acquire, stall, limit, transaction, lag, retry);
  }

  public Timeouts withTransaction(Duration limit) {
    return new Timeouts(connect, acquire, stall, lock, limit, lag, retry);
  }

  public Timeouts withLag(Duration limit) {
    return new Timeouts(connect, acquire, stall, lock, transaction, limit, retry);
  }

  public Timeouts withRetry(Retry newRetry) {
    return new Timeouts(connect, acquire, stall, lock, transaction, lag, newRetry);
  }
}
