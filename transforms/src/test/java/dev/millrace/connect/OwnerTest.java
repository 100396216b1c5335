// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queries that would take an hour. */
@Timeout(60)
class OwnerTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final String SLEEP = "SELECT pg_sleep(3600)";
  private static final String SLEEPING =
      "SELECT count(*) FROM pg_stat_activity WHERE query = '" + SLEEP + "' AND state = 'active'";

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(postgres.jdbcUrl());
  }

  private static FutureTask<Void> begin(Callable<Void> work) {
    FutureTask<Void> task = new FutureTask<>(work);
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static Void sleep(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(SLEEP);
      return null;
    }
  }

  private static Void sleepInPool(Pool pool) throws SQLException {
    try (Pool.Acquired acquired = pool.acquire("sleep")) {
      try {
        return sleep(acquired.connection());
      } catch (SQLException failure) {
        throw acquired.explain(failure);
      }
    }
  }

  private static void awaitSleeping(long sessions) throws Exception {
    while (postgres.value(SLEEPING, Long.class) != sessions) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void abort_shouldCutWhatItsThreadsTook_andNobodyElses() throws Exception {
    Owner one = new Owner();
    Owner other = new Owner();
    try (Pool pool = Pool.share(spec(), Quota.WRITE)) {
      // A runner has threads of its own do the work.
      FutureTask<Void> ofOne = begin(() -> one.call(() -> begin(() -> sleepInPool(pool)).get()));
      FutureTask<Void> ofOther =
          begin(() -> other.call(() -> begin(() -> sleepInPool(pool)).get()));
      awaitSleeping(2);

      one.abort("it took too long");

      assertThatThrownBy(ofOne::get).hasStackTraceContaining("Cannot sleep: it took too long");
      awaitSleeping(1);
      assertThat(ofOther).isNotDone();
      other.abort("the test is over");
      assertThatThrownBy(ofOther::get).hasStackTraceContaining("Cannot sleep: the test is over");
      awaitSleeping(0);
    }
  }

  @Test
  void abort_shouldCutWhatItsThreadOpenedOutsideOfPools() throws Exception {
    Owner owner = new Owner();
    FutureTask<Void> sleeping =
        begin(
            () ->
                owner.call(
                    () -> {
                      try (Connection connection = spec().connect("test")) {
                        return sleep(connection);
                      }
                    }));
    awaitSleeping(1);

    owner.abort("it took too long");

    assertThatThrownBy(sleeping::get).hasCauseInstanceOf(SQLException.class);
    awaitSleeping(0);
  }

  @Test
  void acquire_shouldBeRefused_onceTheOwnerWasEnded() throws Exception {
    Owner owner = new Owner();
    owner.abort("it took too long");
    try (Pool pool = Pool.share(spec(), Quota.WRITE)) {
      assertThatThrownBy(() -> owner.call(() -> sleepInPool(pool)))
          .isInstanceOf(SQLException.class)
          .hasMessage("Cannot sleep: it took too long");
      assertThat(Pool.connections(Quota.WRITE, PoolState.ACTIVE)).isZero();
    }
  }

  @Test
  void call_shouldEndWithItsWork() throws Exception {
    Owner owner = new Owner();
    assertThat(owner.call(Owner::current)).isSameAs(owner);
    assertThat(Owner.current()).isNull();
  }
}
