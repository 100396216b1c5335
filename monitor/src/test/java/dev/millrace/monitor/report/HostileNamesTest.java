// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.Machine;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.Alert;
import dev.millrace.monitor.run.Snapshot.Slowest;
import dev.millrace.monitor.run.Snapshot.StageLine;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostileNamesTest {

  private static final ZoneId ZONE = ZoneOffset.UTC;

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private static final Prices PRICES = new Prices("<b>\"&'", 1, 1, 1);

  /** All that a page may hold: what is left between these is text. */
  private static final Pattern TAG =
      Pattern.compile("</?([a-z0-9]+)((?: [a-zA-Z0-9-]+=\"[^\"<>]*\")*)>");

  private static final Pattern ATTRIBUTE = Pattern.compile(" ([a-zA-Z0-9-]+)=\"([^\"]*)\"");

  private static final Set<String> TAGS =
      Set.of(
          "html",
          "head",
          "meta",
          "title",
          "body",
          "main",
          "header",
          "section",
          "h1",
          "h2",
          "h3",
          "p",
          "span",
          "div",
          "dl",
          "dt",
          "dd",
          "table",
          "thead",
          "tbody",
          "tr",
          "th",
          "td",
          "figure",
          "figcaption",
          "svg",
          "line",
          "text",
          "path",
          "i");

  private static final Set<String> ATTRIBUTES =
      Set.of(
          "lang",
          "charset",
          "http-equiv",
          "content",
          "name",
          "class",
          "scope",
          "role",
          "aria-label",
          "aria-hidden",
          "style",
          "viewBox",
          "x",
          "y",
          "x1",
          "y1",
          "x2",
          "y2",
          "d",
          "text-anchor");

  static Stream<String> names() {
    return Stream.of(
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'><svg/onload=alert(1)>",
        "</title><script>alert(1)</script>",
        "</style><script>alert(1)</script>",
        "--><script>alert(1)</script><!--",
        "]]><script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' onfocus='alert(1)' autofocus='",
        "<a href=javascript:alert(1)>x</a>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "<style>@import 'http://example.org'</style>",
        "width:1px;background:url(http://example.org)",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        "\u0000<script\u0000>\u001b[31m",
        "<<script>>alert(1)<</script>>",
        "<ScRiPt\n>alert(1)</sCrIpT\t>",
        "<math><mtext></mtext><script>x</script></math>",
        "a|b\n| --- |\n# c `d` [e](javascript:alert(1)) \\");
  }

  private static RunDetail run(String id, String name, Status status) {
    Totals totals = new Totals(2L, 2L, 1L, 9L, 3.0, 4.0, 5L);
    RunLine line =
        new RunLine(
            id, name, name, name, name, name, name, NOON, NOON, NOON, status, false, 1, name,
            totals);
    RunStart start =
        new RunStart(
            id,
            name,
            name,
            name,
            new TreeMap<>(Map.of(name, name)),
            name,
            new Machine(name, 1, 1, name, name),
            1,
            NOON);
    Snapshot snapshot =
        new Snapshot(
            NOON,
            3,
            true,
            List.of(name),
            null,
            Map.of(name, 1.0),
            Map.of(name, 1.0),
            List.of(new StageLine(name, 2, 1, Map.of(name, 0.5, "working", 0.5), 7, 1, 2, 3, 4, 5)),
            List.of(),
            new Slowest(name, name, 0.5, name),
            Map.of(name, 1.0),
            List.of(new Alert(name, name, NOON, 1.0, name)),
            Map.of(name, 7L),
            null);
    String pool = "millrace_pool_connections{pool=\"" + name + "\",state=\"active\"}";
    return new RunDetail(
        line,
        start,
        snapshot,
        summary(name),
        new Series(List.of(1.0, 2.0), Map.of(pool, List.of(1.0, 2.0), name, List.of(1.0, 2.0))),
        List.of(new Event(NOON, name, name)));
  }

  private static String summary(String name) {
    try {
      return new ObjectMapper()
          .writeValueAsString(
              Map.of(
                  name,
                  Map.of(name, name),
                  "job_ids",
                  List.of(name),
                  "stages",
                  List.of(Map.of("stage", name, "seconds", 2))));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void html_shouldHoldNamesAsText(String name, @TempDir Path folder) {
    try (History history = History.open(folder.resolve("history.db"))) {
      for (Status status : List.of(Status.DONE, Status.LOST)) {
        RunDetail one = run("20260301T120000Z-1", name, status);
        RunDetail two = run("20260301T120000Z-2" + name, name + "2", Status.FAILED);
        check(RunReport.of(history, one, null, PRICES, ZONE).html(), name);
        check(RunReport.of(history, one, two, PRICES, ZONE).html(), name);
        check(RunReport.of(history, two, one, null, ZONE).html(), name);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void daily_shouldHoldNamesAsText(String name, @TempDir Path folder) {
    try (History history = History.open(folder.resolve("history.db"))) {
      for (int i = 1; i <= 12; i++) {
        RunDetail run = run("20260301T1200%02dZ".formatted(i), name, Status.DONE);
        Totals totals = new Totals(2L, 2L, 1L, 9L, i == 12 ? 30.0 : 3.0, 4.0, 5L);
        history
            .begin(run.start())
            .ended(
                new RunEnd(
                    NOON, i == 1 ? Status.FAILED : Status.DONE, 1, name, totals, summary(name)));
      }
      DailyReport report = DailyReport.of(history, LocalDate.of(2026, 3, 1), ZONE, PRICES);
      check(report.html(), name);
      assertThat(report.html()).contains(">worse<");
      assertThat(report.markdown()).doesNotContain("<");
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void markdown_shouldHoldNamesAsText(String name, @TempDir Path folder) {
    try (History history = History.open(folder.resolve("history.db"))) {
      RunDetail run = run("20260301T120000Z-1", name, Status.DONE);
      String markdown = RunReport.of(history, run, null, PRICES, ZONE).markdown();

      assertThat(markdown).doesNotContain("<").doesNotContainPattern("(?<!\\\\)\\]\\(");
      assertThat(markdown.lines().filter(line -> line.startsWith("#")))
          .allMatch(line -> line.startsWith("# ") || line.startsWith("## "));
      // No name ends a cell.
      assertThat(markdown.lines().filter(line -> line.startsWith("| ")))
          .allMatch(line -> line.endsWith(" |"));
    }
  }

  @Test
  void check_shouldFindMarkup() {
    assertThat(TAG.matcher("<p onclick=\"x\"><b x='1'>").replaceAll("")).isEqualTo("<b x='1'>");
  }

  private static void check(String html, String name) {
    String page =
        html.replaceFirst("(?s)<style>.*?</style>", "").replaceFirst("^<!DOCTYPE html>", "");
    Matcher tags = TAG.matcher(page);
    while (tags.find()) {
      assertThat(TAGS).as(name).contains(tags.group(1));
      Matcher attributes = ATTRIBUTE.matcher(tags.group(2));
      while (attributes.find()) {
        assertThat(ATTRIBUTES).as(name).contains(attributes.group(1));
        if (attributes.group(1).equals("style")) {
          assertThat(attributes.group(2)).matches("width:[0-9.]+%");
        }
        if (attributes.group(1).equals("class")) {
          assertThat(attributes.group(2)).matches("[a-z0-9 ]+");
        }
      }
    }
    String text = TAG.matcher(page).replaceAll("");
    assertThat(text).as(name).doesNotContain("<", ">", "\u0000", "\u001b");
  }
}
