// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.history.Browser;
import dev.millrace.testing.PostgresExtension;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

@Timeout(300)
class FlightRecordingTest {

  @RegisterExtension static final PostgresExtension database = new PostgresExtension();

  private static final int ROWS = 300_000;

  private Path folder;

  @BeforeEach
  void create(@TempDir Path empty) throws Exception {
    folder = empty;
    database.execute(
        "drop table if exists station, copy",
        "create table station as select i as id, repeat('x', 100) || i as name"
            + " from generate_series(1, %d) i".formatted(ROWS),
        "create table copy (id int primary key, name text)");
  }

  private TestConsole console() {
    return new TestConsole(folder, Map.of("MILLRACE_TARGET_PASSWORD", "canary-in-the-environment"));
  }

  private static JsonNode stage(JsonNode profile, String name) {
    for (JsonNode stage : profile.get("stages")) {
      if (stage.get("name").asText().equals(name)) {
        return stage;
      }
    }
    throw new AssertionError("no " + name + " in " + profile.get("stages"));
  }

  @Test
  void record_shouldNameTheHotMethodsOfStages_andEndInAPage() throws Exception {
    TestConsole console = console();
    assertThat(console.sync(database.jdbcUrl(), "station", "copy", "--record=profiles", "--json"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    String id = console.json().get("run_id").asText();
    JsonNode told = console.json().get("recording");
    Path files = folder.resolve("profiles");
    assertThat(told.get("file").asText()).isEqualTo(files.resolve(id + ".jfr").toString());
    assertThat(told.get("page").asText()).isEqualTo(files.resolve(id + ".profile.html").toString());
    assertThat(told.has("error")).isFalse();
    assertThat(console.err()).contains("The profile of this run is in " + files);
    try (Stream<Path> there = Files.list(files)) {
      assertThat(there.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder(id + ".jfr", id + ".profile.json", id + ".profile.html");
    }

    JsonNode profile = new ObjectMapper().readTree(files.resolve(id + ".profile.json").toFile());
    assertThat(profile.get("title").asText()).isEqualTo("sync station into copy");
    JsonNode read = stage(profile, "read public.station");
    assertThat(read.get("allocating_methods").findValuesAsText("method"))
        .anyMatch(method -> method.startsWith("dev.millrace."));
    assertThat(read.get("measured").get("cpu_seconds").asDouble()).isPositive();
    assertThat(read.get("measured").get("read_bytes").asLong()).isGreaterThan(ROWS * 100L);
    JsonNode write = stage(profile, "write public.copy");
    assertThat(write.get("io_seconds").asDouble()).isPositive();
    assertThat(write.get("measured").get("written_bytes").asLong()).isGreaterThan(ROWS * 100L);
    assertThat(read.get("cpu_samples").asLong() + write.get("cpu_samples").asLong()).isPositive();
    assertThat(Files.readString(files.resolve(id + ".profile.html"))).contains("write public.copy");
  }

  @Test
  void record_shouldHoldNoSecrets_andOnlyWhatItNeeds() throws Exception {
    TestConsole console = console();
    String url = database.jdbcUrl() + "&password=canary-in-a-url";
    assertThat(console.sync(url, "station", "copy", "--record", "--json"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    Path file = Path.of(console.json().get("recording").get("file").asText());
    TreeSet<String> events = new TreeSet<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      events.add(event.getEventType().getName());
    }
    assertThat(events)
        .contains("millrace.StageChange", "jdk.ObjectAllocationSample")
        .doesNotContain(
            "jdk.InitialEnvironmentVariable",
            "jdk.InitialSystemProperty",
            "jdk.JVMInformation",
            "jdk.SystemProcess");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1))
            .as("%s", each)
            .doesNotContain("canary");
      }
    }
  }

  @Test
  void record_shouldEndInAProfile_whenTheRunFailsOrIsStopped() throws Exception {
    database.execute(
        "create or replace function slow() returns trigger language plpgsql as"
            + " $$begin perform pg_sleep(0.05); return new; end$$",
        "insert into copy values (17, 'there')",
        "drop table if exists few, slowly",
        "create table few as select i as id, 'S' || i as name from generate_series(1, 1000) i",
        "create table slowly (id int primary key, name text)",
        "create trigger slow before insert on slowly for each row execute function slow()");
    TestConsole failed = console();
    assertThat(
            failed.sync(
                database.jdbcUrl(), "station", "copy", "--mode=append", "--record", "--json"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(failed.json().get("recording").get("page").asText()).endsWith(".profile.html");

    TestConsole stopped = console();
    assertThat(
            stopped.sync(
                database.jdbcUrl(), "few", "slowly", "--record", "--deadline=15s", "--json"))
        .as(stopped.err())
        .isEqualTo(ExitCode.FAILED);
    assertThat(stopped.json().get("error").asText()).contains("its deadline came");
    Path json = Path.of(stopped.json().get("recording").get("profile").asText());
    JsonNode write = stage(new ObjectMapper().readTree(json.toFile()), "write public.slowly");
    assertThat(write.get("measured").get("cpu_seconds").asDouble()).isPositive();
  }

  @Test
  void record_shouldBeRefused_whenItCannotBeWritten() throws Exception {
    Files.writeString(folder.resolve("file"), "no folder");
    TestConsole console = console();
    assertThat(console.sync(database.jdbcUrl(), "station", "copy", "--record=file"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(console.err().strip())
        .isEqualTo(
            "Cannot record into %s: there is a file of that name"
                .formatted(folder.resolve("file")));
    assertThat(database.value("select count(*) from copy", Long.class)).isZero();
  }

  @Test
  void record_shouldBeRefused_whereOthersDoTheWork() {
    for (List<String> words :
        List.of(
            List.of("bench", "--record"),
            List.of("schedule", "--record", "--cron=@hourly", "--", "demo"),
            List.of("demo", "--record", "--dry-run"),
            List.of(
                "backfill",
                "--record",
                "--isolate=window",
                "--from=2013-03-01",
                "--to=2013-03-02",
                "--target=" + database.jdbcUrl()))) {
      TestConsole console = console();
      assertThat(console.run(words.toArray(String[]::new)))
          .as("%s", words)
          .isEqualTo(ExitCode.USAGE);
      assertThat(console.err().strip())
          .startsWith("Invalid --record: . (must be left out with ")
          .doesNotContain("\n");
    }
  }

  @Test
  void page_shouldShowZoomAndSearchCalls(@TempDir(cleanup = CleanupMode.NEVER) Path chromium)
      throws Exception {
    TestConsole console = console();
    assertThat(console.sync(database.jdbcUrl(), "station", "copy", "--record", "--json"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);
    Path page = Path.of(console.json().get("recording").get("page").asText());
    try (Browser browser = Browser.open(chromium, false)) {
      browser.go(page.toUri().toString());
      assertThat(browser.text("h1")).isEqualTo("Profile of sync station into copy");
      assertThat(browser.texts(".views button")).hasSize(5);
      browser.find(".views button:nth-child(2)").click();
      browser.await(
          "stages", driver -> browser.texts(".frame.group").contains("read public.station"));
      browser.find("select option[value='read public.station']").click();
      browser.awaitText(".frame", "read public.station"::equals);
      browser.find("input[type=search]").sendKeys("dev.millrace");
      browser.awaitText("[role=status]", text -> text.endsWith("of what is shown"));
      assertThat(browser.texts(".frame.hit")).isNotEmpty();
      browser.find("input[type=search]").sendKeys(Keys.ESCAPE);
      browser.find("[role=treeitem][aria-level='2']").click();
      browser.await("a zoom", driver -> !browser.texts(".frame.above").isEmpty());
      browser.find("[role=treeitem][tabindex='0']").sendKeys(Keys.ESCAPE);
      browser.await("no zoom", driver -> browser.texts(".frame.above").isEmpty());
      browser.find("[role=treeitem][tabindex='0']").sendKeys(Keys.ARROW_DOWN);
      assertThat(browser.ask("document.activeElement.getAttribute('aria-level')")).isEqualTo("2");
      assertThat(browser.complaints()).isEmpty();
      browser.picture("profile");
    }
  }
}
