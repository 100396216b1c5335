// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DailyReportTest {

  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

  private static final LocalDate DAY = LocalDate.of(2026, 3, 2);

  private History history;

  @BeforeEach
  void create(@TempDir Path folder) {
    history = History.open(folder.resolve("history.db"));
    // Midnight in Berlin is an hour before that of UTC.
    run(1, "2026-03-01T22:59:59Z", "sync a", Status.DONE, 5);
    for (int i = 2; i <= 10; i++) {
      run(i, "2026-03-01T22:00:%02dZ".formatted(i), "sync b", Status.DONE, 5 + i * 0.01);
    }
    run(11, "2026-03-01T23:00:00Z", "sync a", Status.DONE, 5);
    run(12, "2026-03-02T12:00:00Z", "sync b", Status.DONE, 9);
    run(13, "2026-03-02T13:00:00Z", "sync b", Status.FAILED, 1);
    run(14, "2026-03-02T23:00:00Z", "sync a", Status.DONE, 5);
  }

  @AfterEach
  void close() {
    history.close();
  }

  private void run(int number, String started, String pipeline, Status status, double seconds) {
    RunStart sample = SampleRuns.start(number);
    RunEnd end = SampleRuns.end(number, status);
    history
        .begin(
            new RunStart(
                sample.id(),
                "sync",
                pipeline,
                "direct",
                new TreeMap<>(),
                "1",
                sample.machine(),
                sample.pid(),
                Instant.parse(started)))
        .ended(
            new RunEnd(
                Instant.parse(started),
                status,
                end.exitCode(),
                end.error(),
                new Totals(1000L, 1000L, 0L, 1L, seconds, 3600.0, 1_000_000_000L),
                end.summary()));
  }

  @Test
  void report_shouldBeOfTheRunsThatBeganOnThatDay() throws Exception {
    DailyReport report = DailyReport.of(history, DAY, ZONE, new Prices("EUR", 0.5, 0, 0));

    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.get("date").asText()).isEqualTo("2026-03-02");
    assertThat(json.get("runs"))
        .extracting(run -> run.get("id").asText())
        .containsExactly(SampleRuns.id(11), SampleRuns.id(12), SampleRuns.id(13));
    assertThat(json.get("comparisons").get(SampleRuns.id(12)).get("runs").asInt()).isEqualTo(9);
    assertThat(json.get("costs").get(SampleRuns.id(11)).get("total").asDouble()).isEqualTo(0.5);

    String html = report.html();
    assertThat(html)
        .contains("<h1>Runs of 2026-03-02</h1>", "<dt>runs</dt><dd>3</dd>")
        .contains("<dt>failed</dt><dd>1</dd>", "<dt>worse than before</dt><dd>1</dd>")
        .contains("<td class=\"t\">Cannot sync: the target is full</td>")
        .contains("<dt>cost, as far as known</dt><dd>1.5 EUR</dd>");
    assertThat(report.markdown())
        .contains("| sync a | 1 | 1 | 1,000 | 5 s | 1 h 0 min | 0.5 EUR |")
        .contains("| 13:00:00 | " + SampleRuns.id(12) + " | sync b | done | 9 s | 1,000 |")
        .contains(
            "1 of the runs that were done were compared with earlier ones like them;"
                + " of 1 there are too few.")
        .containsPattern("sync b \\| seconds \\| 9 s \\| 5.06 s \\| 1.78 × .* worse");
  }

  @Test
  void report_shouldSayThatThereIsNone() {
    DailyReport report = DailyReport.of(history, LocalDate.of(2025, 1, 1), ZONE, null);

    assertThat(report.markdown())
        .contains("No run began on that day (Europe/Berlin).", "| runs | 0 |");
    assertThat(report.html()).doesNotContain("By pipeline", "cost");
  }
}
