// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.run.Grid;
import dev.millrace.monitor.run.Grid.Lane;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.runners.run.Progress.Sample;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
  void line_shouldTellTheRateByTheMinute_whereItIsSlow() {
    Sample sample = new Sample("backfill", 9, OptionalLong.of(12), "units");

    assertThat(Progress.line(sample, Duration.ofSeconds(30)))
        .isEqualTo("backfill: 9 of 12 units, 75 %, 18 units/min, 10 s left");
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
    assertThat(told(80)).startsWith(Progress.CLEAR_LINE + "copy: 7 rows").doesNotContain("\n");
  }

  @Test
  void tell_shouldDrawPartsBelow_andGoBackToTheFirstLine() throws Exception {
    Grid grid = new Grid(List.of(new Lane("silver", List.of("1", "2"), "#>")));
    String told = told(30, new Sample("backfill", 1, OptionalLong.of(2), "units", grid));

    assertThat(told)
        .contains("\n" + Progress.CLEAR_LINE + "silver [#>] 1 done, 1 running\u001b[1A\r");
    assertThat(told.lines().map(line -> line.replaceAll("\r|\u001b\\[\\w+", "")))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(30));
  }

  @Test
  void tell_shouldWriteLines_elsewhere() throws Exception {
    assertThat(told(0)).startsWith("copy: 7 rows").endsWith("\n").doesNotContain("\r\u001b");
  }

  @Test
  void tell_shouldNameTheSlowestStage_whileItWaits() throws Exception {
    try (Stage.Span span = Stage.enter("write public.item");
        Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
      assertThat(told(0)).containsPattern("rows/s, slowest: write public.item \\(\\d+ % \\w+\\)");
    }
  }

  private static String told(int columns) throws InterruptedException {
    return told(columns, new Sample("copy", 7, OptionalLong.empty()));
  }

  private static String told(int columns, Sample sample) throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CountDownLatch asked = new CountDownLatch(3);
    try (Progress progress =
        new Progress(
            new PrintStream(err, true, StandardCharsets.UTF_8),
            columns,
            () -> {
              asked.countDown();
              return sample;
            })) {
      progress.every(Duration.ofMillis(1), Duration.ofMillis(1));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    }
    return err.toString(StandardCharsets.UTF_8);
  }
}
