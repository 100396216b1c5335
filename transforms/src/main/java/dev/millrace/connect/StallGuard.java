// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.millrace.observe.Measure;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A progress deadline for bulk work: aborts its connection when a whole limit passes without {@link
 * #progress}. The driver's socket timeout covers a server that does not answer; this covers one
 * that does not take what is sent. A total time limit would be wrong: a bulk write may take hours.
 */
public final class StallGuard implements AutoCloseable {

  private static final ScheduledExecutorService CLOCK = clock();

  /** Checks in a limit: a stall is noticed at most an eighth late. */
  private static final int CHECKS = 8;

  private final Pool.Acquired connection;
  private final Duration limit;
  private final AtomicLong steps = new AtomicLong();
  private final ScheduledFuture<?> check;
  private long seen;
  private int idleChecks;

  private StallGuard(Pool.Acquired connection, Duration limit) {
    this.connection = connection;
    this.limit = limit;
    long period = Math.max(1, limit.toMillis() / CHECKS);
    this.check = CLOCK.scheduleAtFixedRate(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  /** Its thread ends when nothing is left to guard: it would hold on to the classes of a job. */
  private static ScheduledExecutorService clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder()
                .setDaemon(true)
                .setNameFormat("millrace-stall-guard")
                .build());
    clock.setRemoveOnCancelPolicy(true);
    clock.setKeepAliveTime(1, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
    return clock;
  }

  /** Guards a connection until closed; {@link Pool.Acquired#explain} says if it was aborted. */
  public static StallGuard over(Pool.Acquired connection, Duration limit) {
    return new StallGuard(connection, limit);
  }

  /** Something moved. Called by one thread. */
  public void progress() {
    steps.lazySet(steps.get() + 1);
  }

  private void check() {
    long now = steps.get();
    idleChecks = now == seen ? idleChecks + 1 : 0;
    seen = now;
    if (idleChecks >= CHECKS) {
      check.cancel(false);
      Measure.TIMEOUTS.addOutside("kind", "stall");
      connection.abort("the server took nothing for " + limit.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    check.cancel(false);
  }
}
