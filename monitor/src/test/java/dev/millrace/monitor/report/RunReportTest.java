// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.SeriesRecorder;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {

  private static final ZoneId ZONE = ZoneOffset.UTC;

  private static final Prices PRICES = new Prices("EUR", 0.036, 0.0036, 0.36);

  private History history;

  @BeforeEach
  void open(@TempDir Path folder) {
    history = History.open(folder.resolve("history.db"));
  }

  @AfterEach
  void close() {
    history.close();
  }

  /** A run of 2,000,000 rows that took so many seconds, and twice as many of processors. */
  private RunDetail run(int number, double seconds, Map<String, String> options) {
    RunStart sample = SampleRuns.start(number);
    SortedMap<String, String> configuration = new TreeMap<>(sample.configuration());
    configuration.putAll(options);
    RunStart start =
        new RunStart(
            sample.id(),
            sample.command(),
            sample.pipeline(),
            sample.runner(),
            configuration,
            sample.code(),
            sample.machine(),
            sample.pid(),
            sample.started());
    RunEnd end = SampleRuns.end(number, Status.DONE);
    Totals totals =
        new Totals(2_000_000L, 2_000_000L, 0L, 180_000_000L, seconds, 2 * seconds, 500_000_000L);
    String summary =
        """
        {"command": "sync", "rows_written": 2000000, "attempts": 1, "source_checksum": null,
         "memory": {"heap_live_bytes": 104857600, "held_peak_bytes": {"read": 1048576}},
         "stages": [{"stage": "write public.copy", "seconds": %s, "shares": {}}]}
        """
            .formatted(seconds * 3);
    Recording recording = history.begin(start);
    SeriesRecorder series = new SeriesRecorder();
    for (int i = 0; i < 20; i++) {
      series.add(
          i,
          Map.of("rows_written_per_second", 1000.0 * i, "resident_bytes", 1e8, "processors", 1.5));
    }
    recording.stands(
        SampleRuns.snapshot(number, seconds), series.series(), SampleRuns.events(number, 2));
    recording.ended(new RunEnd(end.ended(), Status.DONE, 0, null, totals, summary));
    return history.run(start.id()).orElseThrow();
  }

  @Test
  void html_shouldBeOneFileWithEverythingInIt() {
    RunDetail run = run(1, 8, Map.of());

    String html = RunReport.of(history, run, null, PRICES, ZONE).html();

    assertThat(html)
        .startsWith("<!DOCTYPE html>\n<html lang=\"en\">")
        .contains("<h1>sync public.orders into public.copy ", "2026-03-01 00:00:01 +00:00")
        .contains("<dt>rows written</dt><dd>2,000,000</dd>")
        .contains("<figcaption>Rows per second</figcaption><svg ", "read public.orders")
        .contains("<td class=\"t\">block-size</td><td class=\"t\">1MiB</td>")
        .contains("io has ", "memory, held_peak_bytes, read", "<td class=\"t\">1 MiB</td>")
        .contains("Too few runs: 0 of 8.")
        .contains("prefers-color-scheme: dark", "@media print")
        .doesNotContain("<script", " src=", " href=", "url(", "@import");
  }

  @Test
  void html_shouldGiveEachCauseItsColour() {
    RunDetail run = run(1, 8, Map.of());

    assertThat(RunReport.of(history, run, null, null, ZONE).html())
        .contains("<i class=\"s0\"></i>at work on a processor")
        .contains("<i class=\"s3\"></i>waiting for a connection");
  }

  @Test
  void html_shouldSetTwoRunsBesideEachOther() {
    RunDetail other = run(1, 8, Map.of("block-size", "4MiB"));
    RunDetail run = run(2, 10, Map.of());

    String html = RunReport.of(history, run, other, PRICES, ZONE).html();

    assertThat(html)
        .contains("<h2>Beside " + other.line().id() + "</h2>")
        .contains("<td class=\"t\">took</td><td class=\"n\">10 s</td><td class=\"n\">8 s</td>")
        .contains("<td class=\"n\">1.25 ×</td>")
        .contains(
            "<tr class=\"note\"><td class=\"t\">block-size</td>"
                + "<td class=\"t\">1MiB</td><td class=\"t\">4MiB</td></tr>")
        .contains("<figcaption>Rows written per second</figcaption>")
        .contains("class=\"curve k1\"");
  }

  @Test
  void report_shouldSayThatARunWasWorseThanItsHistory() {
    for (int i = 1; i <= 10; i++) {
      run(i, 8 + i % 3 * 0.1, Map.of());
    }
    RunDetail run = run(11, 12, Map.of());

    RunReport report = RunReport.of(history, run, null, null, ZONE);

    assertThat(report.html())
        .contains("Worse than its own history: ", "of 10 earlier runs", ">worse</td>")
        .contains("1,048,576 to 2,097,151 rows written");
    assertThat(report.markdown()).contains("## Against its own history", " | worse |");
  }

  @Test
  void cost_shouldBeComputedAsItIsTold() throws Exception {
    RunDetail run = run(1, 10, Map.of());

    RunReport report = RunReport.of(history, run, null, PRICES, ZONE);

    // 20 s of processors, 0.5 GB for 10 s, 10 s of databases.
    JsonNode cost = new ObjectMapper().readTree(report.json()).get("cost");
    assertThat(cost.get("processors").asDouble()).isEqualTo(20.0 / 3600 * 0.036);
    assertThat(cost.get("memory").asDouble()).isEqualTo(0.5 * 10 / 3600 * 0.0036);
    assertThat(cost.get("database").asDouble()).isEqualTo(10.0 / 3600 * 0.36);
    assertThat(cost.get("total").asDouble()).isBetween(0.001204999, 0.001205001);
    assertThat(cost.get("per_million_rows").asDouble()).isBetween(0.000602499, 0.000602501);
    assertThat(cost.get("prices").get("cpu_hour").asDouble()).isEqualTo(0.036);
    assertThat(cost.get("formula").asText())
        .endsWith(
            "= 20 / 3600 × 0.036 + 0.5 × 10 / 3600 × 0.0036 + 10 / 3600 × 0.36"
                + " = 0.0002 + 0.000005 + 0.001 = 0.001205 EUR;"
                + " 0.001205 / 2,000,000 rows × 1,000,000 = 0.0006025 EUR for a million rows");
    assertThat(report.html()).contains(cost.get("formula").asText());
    assertThat(RunReport.of(history, run, null, null, ZONE).html()).doesNotContain("EUR", "Cost");
  }

  @Test
  void json_shouldHaveTheRunAsTheHistoryHasIt() throws Exception {
    RunDetail other = run(1, 8, Map.of());
    RunDetail run = run(2, 8, Map.of());

    JsonNode json =
        new ObjectMapper().readTree(RunReport.of(history, run, other, null, ZONE).json());

    assertThat(json.get("run").get("line").get("id").asText()).isEqualTo(run.line().id());
    assertThat(json.get("run").get("series").get("seconds")).hasSize(20);
    assertThat(json.get("compare").get("line").get("id").asText()).isEqualTo(other.line().id());
    assertThat(json.get("history").get("comparison").get("runs").asInt()).isEqualTo(1);
    assertThat(json.get("cost").isNull()).isTrue();
  }

  @Test
  void markdown_shouldHaveTheSameTables() {
    RunDetail run = run(1, 8, Map.of());

    String markdown = RunReport.of(history, run, null, PRICES, ZONE).markdown();

    assertThat(markdown)
        .startsWith("# sync public.orders into public.copy: done\n")
        .contains("| rows written | 2,000,000 |", "## Stages", "## Events", "## Cost")
        .contains("| Rows per second | lowest | median | highest |\n| --- | --: | --: | --: |")
        .contains("| block-size | 1MiB |");
  }

  @Test
  void report_shouldTellARunThatFailedOrNeverSaidAnything() {
    history.begin(SampleRuns.start(1)).ended(SampleRuns.end(1, Status.FAILED));
    history.begin(SampleRuns.start(2));
    RunDetail failed = history.run(SampleRuns.id(1)).orElseThrow();
    RunDetail lost = history.run(SampleRuns.id(2)).orElseThrow();

    assertThat(RunReport.of(history, failed, lost, PRICES, ZONE).html())
        .contains("<p class=\"bad\">Cannot sync: the target is full</p>")
        .doesNotContain("Against its own history");
    assertThat(RunReport.of(history, lost, null, PRICES, ZONE).markdown())
        .contains("**Its process ended without a word", "The cost is not known: ");
  }
}
