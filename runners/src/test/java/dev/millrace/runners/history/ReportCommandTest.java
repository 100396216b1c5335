// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.ThisMachine;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportCommandTest {

  private static final String FIRST = "20260301T120000Z-1";

  private static final String SECOND = "20260301T130000Z-2";

  private Path folder;

  @BeforeEach
  void create(@TempDir Path made) {
    folder = made;
    try (History history = History.open(folder.resolve("millrace").resolve("history.db"))) {
      for (String id : new String[] {FIRST, SECOND}) {
        Instant started = Instant.parse("2026-03-01T12:00:00Z");
        history
            .begin(
                new RunStart(
                    id,
                    "sync",
                    "sync a into b",
                    "direct",
                    new TreeMap<>(Map.of("table", "a")),
                    "1",
                    ThisMachine.machine(),
                    1,
                    started))
            .ended(
                new RunEnd(
                    started.plusSeconds(8),
                    Status.DONE,
                    0,
                    null,
                    new Totals(10L, 10L, 0L, 90L, 8.0, 7200.0, 1_000_000_000L),
                    "{\"rows_written\": 10}"));
      }
    }
  }

  private TestConsole console() {
    return new TestConsole(folder, Map.of("XDG_STATE_HOME", folder.toString()));
  }

  @Test
  void report_shouldBeAFileInTheWorkingFolder() throws Exception {
    TestConsole console = console();

    assertThat(console.run("report", "latest", "--compare=" + FIRST)).isEqualTo(ExitCode.DONE);

    Path file = folder.resolve("report-" + SECOND + ".html");
    assertThat(console.out()).isEqualTo("The report is in " + file + System.lineSeparator());
    assertThat(Files.readString(file))
        .startsWith("<!DOCTYPE html>")
        .endsWith("</html>\n")
        .contains("sync a into b", "Beside " + FIRST);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void report_shouldGoToStandardOutput_whenItIsNoHtml() throws Exception {
    TestConsole markdown = console();
    assertThat(markdown.run("report", FIRST, "--format=md")).isEqualTo(ExitCode.DONE);
    assertThat(markdown.out()).startsWith("# sync a into b: done\n");

    TestConsole json = console();
    assertThat(json.run("report", SECOND, "--format=json")).isEqualTo(ExitCode.DONE);
    assertThat(json.json().get("run").get("line").get("id").asText()).isEqualTo(SECOND);

    TestConsole file = console();
    Path output = folder.resolve("x.json");
    assertThat(file.run("report", SECOND, "--format=json", "--output=" + output)).isZero();
    assertThat(new ObjectMapper().readTree(output.toFile()).get("run").isObject()).isTrue();
  }

  @Test
  void report_shouldTellTheCost_byTheFileOfPrices() throws Exception {
    Path prices =
        Files.writeString(
            folder.resolve("prices.yaml"),
            "currency: EUR\ncpu_hour: 0.5\ngb_hour: 0\ndatabase_hour: 0\n");

    TestConsole console = console();
    assertThat(console.run("report", FIRST, "--format=json", "--prices=" + prices)).isZero();

    JsonNode cost = console.json().get("cost");
    assertThat(cost.get("total").asDouble()).isEqualTo(1.0);
    assertThat(cost.get("per_million_rows").asDouble()).isEqualTo(100_000.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "currency: EUR~Cannot read FILE: it has no cpu_hour; a price may be 0, but has to be there",
        "cpu_hours: 1~Invalid key of FILE: cpu_hours (must be one of currency, cpu_hour, gb_hour,"
            + " database_hour; the nearest is cpu_hour)",
        "{currency: EUR, cpu_hour: x, gb_hour: 0, database_hour: 0}~"
            + "Invalid cpu_hour of FILE: x (must be a number, 0 or more)",
        "{currency: EUR, cpu_hour: -1, gb_hour: 0, database_hour: 0}~"
            + "Cannot read FILE: Invalid cpu_hour: -1.0 (must be a number, 0 or more)"
      })
  void report_shouldRefusePrices_thatAreNone(String text, String sentence) throws Exception {
    Path prices = Files.writeString(folder.resolve("prices.yaml"), text);
    TestConsole console = console();
    assertThat(console.run("report", FIRST, "--prices=" + prices)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err().strip()).isEqualTo(sentence.replace("FILE", prices.toString()));
  }

  @Test
  void daily_shouldBeOfADay() throws Exception {
    TestConsole console = console();
    assertThat(console.run("report", "--daily=2026-03-01", "--format=json")).isZero();
    assertThat(console.json().get("runs")).hasSize(2);

    TestConsole html = console();
    assertThat(html.run("report", "--daily=2026-03-02")).isEqualTo(ExitCode.DONE);
    assertThat(folder.resolve("report-2026-03-02.html")).isRegularFile();

    TestConsole today = console();
    assertThat(today.run("report", "--daily", "--format=json")).isEqualTo(ExitCode.DONE);
    assertThat(today.json().get("runs")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "none~Invalid run: none (must be the id of a run that `millrace history` lists)",
        "--daily=tomorrow~"
            + "Invalid --daily: tomorrow (must be a date as in 2026-03-01, today or yesterday)",
        "--format=md~Invalid run: none (must be the id of a run that `millrace history` lists, or"
            + " latest; or say --daily)"
      })
  void report_shouldRefuseWhatItCannotTell(String word, String sentence) {
    TestConsole console = console();
    assertThat(console.run("report", word)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err().strip()).isEqualTo(sentence);
  }

  @Test
  void report_shouldSayThatItCannotBeWritten() {
    TestConsole console = console();
    Path output = folder.resolve("none").resolve("x.html");
    assertThat(console.run("report", FIRST, "--output=" + output)).isEqualTo(ExitCode.FAILED);
    assertThat(console.err().strip())
        .isEqualTo("Cannot write the report %s: its folder does not exist".formatted(output));
  }
}
