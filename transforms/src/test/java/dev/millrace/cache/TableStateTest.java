// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TableStateTest {

  private final AtomicInteger asked = new AtomicInteger();

  private TableState state(TableState.Question question) {
    return new TableState(Duration.ofNanos(100), question);
  }

  @Test
  void get_shouldAskWhenItsTimeIsOver() throws SQLException {
    TableState counted = state(() -> "f" + asked.incrementAndGet());
    assertThat(counted.get(-50)).isEqualTo("f1");
    assertThat(counted.get(49)).isEqualTo("f1");
    assertThat(counted.get(50)).isEqualTo("f2");
    assertThat(counted.get(149)).isEqualTo("f2");
    assertThat(counted.get(151)).isEqualTo("f3");
  }

  @Test
  void get_shouldAskAgain_afterAFailure() throws SQLException {
    TableState failing =
        state(
            () -> {
              if (asked.incrementAndGet() % 2 == 0) {
                throw new SQLException("on purpose");
              }
              return "f" + asked.get();
            });
    assertThat(failing.get(0)).isEqualTo("f1");
    assertThatThrownBy(() -> failing.get(100)).hasMessage("on purpose");
    assertThat(failing.get(100)).isEqualTo("f3");
  }

  @Test
  void get_shouldLetOthersGoOn_whileOneAsks() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asking = new CountDownLatch(1);
    TableState slow =
        state(
            () -> {
              if (asked.incrementAndGet() == 2) {
                asking.countDown();
                try {
                  answer.await();
                } catch (InterruptedException stopped) {
                  throw new SQLException(stopped);
                }
              }
              return "f" + asked.get();
            });
    assertThat(slow.get(0)).isEqualTo("f1");
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<String> other = threads.submit(() -> slow.get(200));
      asking.await();
      assertThat(slow.get(200)).isEqualTo("f1");
      answer.countDown();
      assertThat(other.get()).isEqualTo("f2");
      assertThat(slow.get(201)).isEqualTo("f2");
    } finally {
      threads.shutdownNow();
    }
  }
}
