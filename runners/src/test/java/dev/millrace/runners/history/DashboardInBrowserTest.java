// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.dashboard.Dashboard;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.history.ThisMachine;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.Grid;
import dev.millrace.monitor.run.Grid.Lane;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.Alert;
import dev.millrace.monitor.run.Snapshot.Edge;
import dev.millrace.monitor.run.Snapshot.Progress;
import dev.millrace.monitor.run.Snapshot.Slowest;
import dev.millrace.monitor.run.Snapshot.StageLine;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import dev.millrace.observe.Measure;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

@Timeout(300)
class DashboardInBrowserTest {

  @RegisterExtension static final PostgresExtension database = new PostgresExtension();

  private Path profile;
  private Path state;

  /** Chromium goes on writing to its profile for a moment after it was told to end. */
  @BeforeEach
  void enter(@TempDir(cleanup = CleanupMode.NEVER) Path chromium, @TempDir Path empty) {
    profile = chromium;
    state = empty;
  }

  @Test
  void page_shouldShowARunWhileItRuns_andWhenItHasEnded() throws Exception {
    database.execute(
        "create table station as select i as id, repeat('x', 100) as name"
            + " from generate_series(1, 8000) i",
        "create table copy (id int primary key, name text)",
        // Until all has been looked at.
        "create table pace as select 0.005 as seconds",
        "create function slow() returns trigger language plpgsql as"
            + " $$begin perform pg_sleep(seconds) from pace; return new; end$$",
        "create trigger slow before insert on copy for each row execute function slow()");
    TestConsole console = TestConsole.withState(state, Map.of());
    try (Browser browser = Browser.open(profile, false)) {
      CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(
              () ->
                  console.sync(
                      database.jdbcUrl(),
                      "station",
                      "copy",
                      "--dashboard=0",
                      "--parallelism=1",
                      "--block-size=64KiB"));
      browser.go(url(console));
      browser.await("a run", page -> browser.texts("#runs a").contains("sync station into copy"));
      assertThat(browser.text("#runs .status")).isEqualTo("running");
      browser.picture("runs");

      browser.find("#runs a").click();
      browser.awaitText("h1", text -> text.contains("running"));
      String early = browser.awaitText("[data-key='rows written'] b", text -> !text.equals("0"));
      browser.awaitText("[data-key='rows written'] b", text -> !text.equals(early));
      browser.awaitText(".stage.slowest h3", text -> text.contains("write public.copy"));
      browser.awaitText("#slowest", text -> text.contains("waiting for the database to answer"));
      browser.await("a chart", page -> browser.find("#chart-rows canvas"));
      browser.picture("running");
      assertThat(browser.complaints()).isEmpty();

      database.execute("update pace set seconds = 0");
      assertThat(run.get()).as(console.err()).isEqualTo(ExitCode.DONE);
    }

    // The page of the run has ended with it; the history is there.
    try (Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile.resolve("second"), true)) {
      browser.go(dashboard.url());
      browser.find("#runs a").click();
      browser.awaitText("h1", text -> text.contains("done"));
      assertThat(browser.text("[data-key='rows written'] b")).isEqualTo("8,000");
      browser.picture("done-dark");
      browser.resize(390, 800);
      assertThat(browser.ask("document.documentElement.scrollWidth <= window.innerWidth"))
          .isEqualTo(true);
      browser.picture("done-dark-narrow");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void page_shouldSayThatARunIsStalled_andWhoHoldsItUp() throws Exception {
    database.execute(
        "create table source as select i as id from generate_series(1, 1000) i",
        "create table held (id int)");
    TestConsole console = TestConsole.withState(state, Map.of());
    try (Browser browser = Browser.open(profile, false);
        Connection holder = database.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table held in share mode");
      CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(
              () ->
                  console.sync(
                      database.jdbcUrl(),
                      "source",
                      "held",
                      "--dashboard=0",
                      "--lock-timeout=2min"));
      browser.go(url(console));
      browser.awaitText("#runs .status", "stalled"::equals);
      browser.find("#runs a").click();
      browser.awaitText("h1", text -> text.contains("stalled"));
      browser.awaitText("[role=alert]", text -> text.contains("lock"));
      browser.picture("stalled");

      holder.rollback();
      assertThat(run.get()).as(console.err()).isEqualTo(ExitCode.DONE);
    }
  }

  @Test
  void list_shouldTellWhatFires_andWhatFired_andLeadToTheRun() throws Exception {
    try (History history = History.open(history());
        Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile, false)) {
      Recording one = history.begin(start("1", "sync one"));
      Recording two = history.begin(start("2", "sync two"));
      one.stands(snapshot("sync one", 1, 100), Series.EMPTY, List.of());
      one.stands(snapshot("sync one", 2, 100).with(List.of()), Series.EMPTY, List.of());
      Alert alert =
          new Alert("lock_waits", "warning", Instant.now(), 2.0, "2 sessions wait for locks");
      two.stands(snapshot("sync two", 1, 100).with(List.of(alert)), Series.EMPTY, List.of());

      browser.go(dashboard.url());
      browser.awaitText(
          ".firing",
          text ->
              text.startsWith("1 alert fires now") && text.endsWith("2 sessions wait for locks"));
      browser.find("details summary").sendKeys(Keys.ENTER);
      browser.await("both", page -> browser.texts("details tbody tr").size() == 2);
      assertThat(browser.texts("details tbody tr").get(0))
          .contains("lock_waits", "still", "sync two");
      assertThat(browser.texts("details tbody tr").get(1)).contains("sync one");
      browser.picture("alerts");

      two.stands(snapshot("sync two", 2, 100).with(List.of()), Series.EMPTY, List.of());
      browser.await("none", page -> browser.texts(".firing").isEmpty() ? true : null);
      assertThat(browser.texts("details tbody tr")).as("still open").hasSize(2);
      browser.find("details tbody a").click();
      browser.awaitText("h1", text -> text.startsWith("sync two"));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void page_shouldSetTwoRunsBesideEachOther() throws Exception {
    database.execute(
        "create table client as select i as id, repeat('x', 100) as name"
            + " from generate_series(1, 60000) i",
        "create table client_copy (id int primary key, name text)");
    for (String[] more :
        new String[][] {{}, {}, {"--block-size=64KiB", "--parallelism=1", "--retry-for=7s"}}) {
      TestConsole console = TestConsole.withState(state, Map.of());
      List<String> words = new ArrayList<>(List.of(more));
      words.add("--mode=upsert");
      words.add("--key=id");
      assertThat(
              console.sync(
                  database.jdbcUrl(), "client", "client_copy", words.toArray(String[]::new)))
          .as(console.err())
          .isEqualTo(ExitCode.DONE);
    }
    List<String> ids;
    try (History history = History.open(history())) {
      ids = history.runs(RunFilter.latest(3)).stream().map(RunLine::id).toList();
    }
    try (Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile, false)) {
      // Of the same configuration there is one before it.
      browser.go(dashboard.url() + "#/run/" + ids.get(1));
      browser.find("#compare").sendKeys(Keys.ENTER);
      browser.awaitText("#settings", text -> text.contains("Nothing differs."));
      assertThat(browser.ask("location.hash"))
          .isEqualTo("#/compare/%s/%s".formatted(ids.get(1), ids.get(2)));

      // By keyboard alone, from one choice to the next.
      browser.find("#other").sendKeys(Keys.ARROW_DOWN);
      browser.awaitText("#settings", text -> text.contains("64KiB"));
      assertThat(browser.ask("location.hash"))
          .isEqualTo("#/compare/%s/%s".formatted(ids.get(1), ids.get(0)));
      assertThat(browser.ask("document.activeElement.id")).isEqualTo("other");
      assertThat(browser.texts("#figures tbody tr").get(0)).startsWith("took ").endsWith(" ×");
      assertThat(browser.texts("#stages h3"))
          .anyMatch(text -> text.startsWith("write public.client_copy "));
      browser.await("a chart", page -> browser.find("#chart-memory-resident canvas"));
      browser.picture("compare");

      // The address says it all.
      browser.go("about:blank");
      browser.go(dashboard.url() + "#/compare/%s/%s".formatted(ids.get(0), ids.get(2)));
      browser.awaitText("#settings", text -> text.contains("64KiB"));
      browser.go(dashboard.url() + "#/compare/" + ids.get(0));
      browser.awaitText(".note", text -> text.startsWith("There is no run before it"));
      assertThat(browser.complaints()).isEmpty();
    }
    try (Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile.resolve("dark"), true)) {
      browser.resize(390, 800);
      browser.go(dashboard.url() + "#/compare/%s/%s".formatted(ids.get(0), ids.get(2)));
      browser.await("a chart", page -> browser.find("#chart-memory-resident canvas"));
      assertThat(browser.ask("document.documentElement.scrollWidth <= window.innerWidth"))
          .isEqualTo(true);
      browser.picture("compare-dark-narrow");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  /** A page that is drawn anew each second keeps what the reader does with it. */
  @Test
  void page_shouldNotTakeAwayWhatTheReaderDoes() throws Exception {
    try (History history = History.open(history());
        Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile, false)) {
      Recording one = history.begin(start("1", "sync one"));
      history.begin(start("2", "sync another"));
      browser.go(dashboard.url());
      browser.await("two runs", page -> browser.texts("#runs a").size() == 2);

      browser.find("#filter").sendKeys("one");
      browser.await("one run", page -> browser.texts("#runs a").size() == 1);
      one.stands(snapshot("sync one", 1, 100), Series.EMPTY, List.of());
      browser.await("its rows", page -> browser.texts("td.n").contains("100"));
      assertThat(browser.ask("document.activeElement.id")).isEqualTo("filter");
      assertThat(browser.ask("document.activeElement.value")).isEqualTo("one");

      browser.find("#runs a").click();
      browser.awaitText("h1", text -> text.startsWith("sync one"));
      browser.find("summary").click();
      one.stands(snapshot("sync one", 2, 200), Series.EMPTY, List.of());
      browser.awaitText("[data-key='rows written'] b", "200"::equals);
      assertThat(browser.ask("document.querySelector('details').open")).isEqualTo(true);
    }
  }

  @Test
  void page_shouldDrawTenThousandParts_andNameTheOneThatIsChosen() throws Exception {
    List<String> days =
        IntStream.range(0, 10_000)
            .mapToObj(day -> LocalDate.of(1990, 1, 1).plusDays(day).toString())
            .toList();
    try (History history = History.open(history());
        Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile, false)) {
      Recording recording = history.begin(start("1", "backfill"));
      stands(recording, days, "#".repeat(70) + "!>~" + ".".repeat(9_927));
      browser.go(dashboard.url() + "#/run/1");
      browser.awaitText(
          "#grid h3", "silver: 1 failed, 1 late, 1 running, 70 done, 9,927 planned"::equals);
      assertThat(browser.texts("#grid .note"))
          .containsExactly("failed: 1990-03-12", "late: 1990-03-14");

      WebElement field = browser.find("#field-silver canvas");
      field.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ARROW_RIGHT);
      browser.awaitText("#field-silver p", "1990-01-02: done"::equals);
      stands(recording, days, "#".repeat(10_000));
      browser.awaitText("#grid h3", "silver: 10,000 done"::equals);
      assertThat(browser.text("#field-silver p")).isEqualTo("1990-01-02: done");
      assertThat(browser.ask("document.activeElement.tagName")).isEqualTo("CANVAS");
      assertThat(browser.ask("document.querySelector('#field-silver canvas').width > 300"))
          .isEqualTo(true);
      browser.resize(390, 800);
      assertThat(browser.ask("document.documentElement.scrollWidth <= window.innerWidth"))
          .isEqualTo(true);
      browser.picture("parts");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void stands(Recording recording, List<String> parts, String marks) {
    recording.stands(
        snapshot("backfill", 1, 10).with(new Grid(List.of(new Lane("silver", parts, marks)))),
        Series.EMPTY,
        List.of());
  }

  @Test
  void page_shouldShowNamesAsText_whateverTheyAre() throws Exception {
    List<String> payloads = payloads();
    try (History history = History.open(history());
        Dashboard dashboard = Dashboard.start(history(), 0);
        Browser browser = Browser.open(profile, false)) {
      int number = 100;
      for (String payload : payloads) {
        hostile(history, String.valueOf(number++), payload);
      }
      browser.go(dashboard.url());
      browser.await("the runs", page -> browser.texts("#runs a").size() >= 50);
      while (browser.texts("#runs a").size() < payloads.size()) {
        int before = browser.texts("#runs a").size();
        browser.find("#older").click();
        browser.await("more runs", page -> browser.texts("#runs a").size() > before);
      }
      assertThat(browser.texts("#runs a")).hasSize(payloads.size());
      assertThat(browser.ask("document.querySelectorAll('details tbody tr').length"))
          .as("alerts that fired last")
          .isEqualTo(50L);
      for (int i = 100; i < number; i += 7) {
        browser.go(dashboard.url() + "#/run/" + i);
        String pipeline = payloads.get(i - 100);
        browser.await(
            "run " + i,
            page -> String.valueOf(browser.ask("document.title")).contains(pipeline.strip()));
      }
      for (int i = 100; i < number; i += 13) {
        browser.go(dashboard.url() + "#/compare/%d/%d".formatted(i, i + 1 < number ? i + 1 : 100));
        String other = payloads.get(i + 1 < number ? i - 99 : 0);
        String told = other.strip().replaceAll("\\s+", " ");
        browser.await(
            "run %d beside %s".formatted(i, other),
            page -> browser.texts(".note").stream().anyMatch(text -> text.contains(told)));
        assertThat(browser.texts("#stages h3")).isNotEmpty();
      }
      assertThat(browser.ask("window.hacked === undefined")).isEqualTo(true);
      assertThat(
              browser.ask("document.querySelectorAll('main script, main img, main iframe').length"))
          .isEqualTo(0L);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  /** Two hundred texts that a page that is less careful would run. */
  private static List<String> payloads() {
    List<String> forms =
        List.of(
            "<script>%s</script>",
            "<img src=x onerror=\"%s\">",
            "<svg onload=\"%s\">",
            "\"><script>%s</script>",
            "' onmouseover='%s",
            "<iframe srcdoc=\"<script>parent.%s</script>\"></iframe>",
            "javascript:%s",
            "</td></table><script>%s</script>",
            "<details open ontoggle=\"%s\">",
            "${%s}",
            "{{%s}}",
            "</script><script>%s</script>",
            "<a href=\"javascript:%s\">x</a>",
            "<style>@import 'javascript:%s'</style>",
            "\\u003cscript\\u003e%s\\u003c/script\\u003e",
            "<math><mtext><script>%s</script></mtext></math>",
            "<input autofocus onfocus=\"%s\">",
            "<base href=\"http://evil.example/\">%s",
            "&lt;script&gt;%s&lt;/script&gt;",
            "<!--><script>%s</script>");
    List<String> payloads = new ArrayList<>();
    for (String form : forms) {
      for (int i = 0; i < 10; i++) {
        payloads.add(form.formatted("window.hacked=" + i));
      }
    }
    return payloads;
  }

  private static void hostile(History history, String id, String payload) {
    Recording recording = history.begin(start(id, payload));
    recording.stands(
        snapshot(payload, 1, 10),
        new Series(List.of(1.0, 2.0), Map.of("rows_read_per_second", List.of(1.0, 2.0))),
        List.of(new Event(Instant.now(), payload, payload)));
    recording.ended(
        new RunEnd(Instant.now(), Status.FAILED, 1, payload, Totals.NONE, "{\"error\":\"none\"}"));
  }

  private static RunStart start(String id, String text) {
    return new RunStart(
        id,
        text,
        text,
        "direct",
        new TreeMap<>(Map.of(text, text)),
        text,
        ThisMachine.machine(),
        ProcessHandle.current().pid(),
        Instant.now());
  }

  private static Snapshot snapshot(String text, double seconds, double rows) {
    return new Snapshot(
        Instant.now(),
        seconds,
        true,
        List.of(text),
        new Progress(text, 1, 2L, text),
        Map.of("rows_read", rows, "rows_written", rows),
        Map.of("rows_read", rows),
        List.of(new StageLine(text, 1, 1, Map.of(text, 1.0), 1, 1, 1, 1, 1, 1)),
        List.of(new Edge(text, text)),
        new Slowest(text, text, 1, text),
        Map.of(
            Measure.labelled("millrace_pool_connections", "pool", text, "state", text), 1.0,
            Measure.labelled("millrace_cache_requests_total", "tier", text, "result", text), 1.0),
        List.of(new Alert(text, text, Instant.now(), 1.0, text)),
        Map.of(text, 7L),
        new Grid(List.of(new Lane(text, List.of(text), "!"))));
  }

  private Path history() {
    return state.resolve("millrace").resolve("history.db");
  }

  private static String url(TestConsole console) throws InterruptedException {
    Pattern said = Pattern.compile("The dashboard is at (\\S+)");
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < deadline) {
      Matcher matcher = said.matcher(console.err());
      if (matcher.find()) {
        return matcher.group(1);
      }
      Thread.sleep(20);
    }
    throw new AssertionError("No dashboard was named: " + console.err());
  }
}
