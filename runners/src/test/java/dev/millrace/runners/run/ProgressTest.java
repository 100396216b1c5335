// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.runners.run.Progress.Sample;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void line_shouldTellRowsRateShareAndTimeLeft() {
    Sample sample = new Sample("sync", 250_000, OptionalLong.of(1_000_000));

    assertThat(Progress.line(sample, Duration.ofSeconds(5)))
        .isEqualTo("sync: 250,000 of 1,000,000 rows, 25 %, 50,000 rows/s, 15 s left");
    assertThat(Progress.line(sample, Duration.ofSeconds(50))).endsWith("2 min 30 s left");
    assertThat(Progress.line(sample, Duration.ofMinutes(50))).endsWith("2 h 30 min left");
  }

  @Test
  void line_shouldNotGuess_whenTheTotalIsUnknownOrPassed() {
    assertThat(Progress.line(new Sample("sync", 10, OptionalLong.empty()), Duration.ofSeconds(5)))
        .isEqualTo("sync: 10 rows, 2 rows/s");
    assertThat(Progress.line(new Sample("sync", 10, OptionalLong.of(9)), Duration.ofSeconds(5)))
        .isEqualTo("sync: 10 rows, 2 rows/s");
    assertThat(Progress.line(new Sample("sync", 0, OptionalLong.of(9)), Duration.ofSeconds(5)))
        .isEqualTo("sync: 0 rows, 0 rows/s");
  }

  @Test
  void tell_shouldDrawOverOneLine_onATerminal() throws Exception {
    assertThat(told(true)).startsWith(Progress.CLEAR_LINE + "copy: 7 rows").doesNotContain("\n");
  }

  @Test
  void tell_shouldWriteLines_elsewhere() throws Exception {
    assertThat(told(false)).startsWith("copy: 7 rows").endsWith("\n").doesNotContain("\r\u001b");
  }

  @Test
  void tell_shouldNameTheSlowestStage_whileItWaits() throws Exception {
    try (Stage.Span span = Stage.enter("write public.item");
        Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
      assertThat(told(false))
          .containsPattern("rows/s, slowest: write public.item \\(\\d+ % \\w+\\)");
    }
  }

  private static String told(boolean terminal) throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CountDownLatch asked = new CountDownLatch(3);
    try (Progress progress =
        new Progress(
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            () -> {
              asked.countDown();
              return new Sample("copy", 7, OptionalLong.empty());
            })) {
      progress.every(Duration.ofMillis(1), Duration.ofMillis(1));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    }
    return err.toString(StandardCharsets.UTF_8);
  }
}
