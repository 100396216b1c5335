// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import static dev.millrace.monitor.SampleRuns.end;
import static dev.millrace.monitor.SampleRuns.events;
import static dev.millrace.monitor.SampleRuns.id;
import static dev.millrace.monitor.SampleRuns.series;
import static dev.millrace.monitor.SampleRuns.snapshot;
import static dev.millrace.monitor.SampleRuns.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.Alert;
import dev.millrace.monitor.run.Status;
import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

  private static final Clock SOON = Clock.fixed(SampleRuns.START.plusSeconds(60), ZoneOffset.UTC);

  private Path file;
  private History history;

  @BeforeEach
  void open(@TempDir Path folder) {
    file = folder.resolve("state").resolve("history.db");
    history = History.open(file, SOON);
  }

  @AfterEach
  void close() {
    history.close();
  }

  @Test
  void run_shouldBeAsItWasTold_whileItRunsAndAfter() {
    Recording recording = history.begin(start(1));

    assertThat(history.run(id(1)))
        .hasValueSatisfying(
            run -> {
              assertThat(run.start()).isEqualTo(start(1));
              assertThat(run.line().status()).isEqualTo(Status.RUNNING);
              assertThat(run.line().configurationHash()).isEqualTo(start(1).configurationHash());
              assertThat(run.snapshot()).isNull();
              assertThat(run.series()).isEqualTo(Series.EMPTY);
              assertThat(run.events()).isEmpty();
            });

    recording.stands(snapshot(1, 2), series(1, 3).series(), events(1, 2));
    recording.stands(snapshot(1, 4), series(1, 5).series(), events(2, 1));
    assertThat(history.run(id(1)))
        .hasValueSatisfying(
            run -> {
              assertThat(run.snapshot()).isEqualTo(snapshot(1, 4));
              assertThat(run.series()).isEqualTo(series(1, 5).series());
              assertThat(run.line().totals().rowsWritten()).isEqualTo(1_000_000);
              List<Event> all = new ArrayList<>(events(1, 2));
              all.addAll(events(2, 1));
              assertThat(run.events()).isEqualTo(all);
            });

    recording.ended(end(1, Status.FAILED));
    assertThat(history.run(id(1)))
        .hasValueSatisfying(
            run -> {
              assertThat(run.line().status()).isEqualTo(Status.FAILED);
              assertThat(run.line().exitCode()).isEqualTo(1);
              assertThat(run.line().error()).isEqualTo("Cannot sync: the target is full");
              assertThat(run.line().totals()).isEqualTo(end(1, Status.FAILED).totals());
              assertThat(run.summary()).isEqualTo(end(1, Status.FAILED).summary());
              assertThat(run.snapshot()).isEqualTo(snapshot(1, 4));
            });
    assertThat(history.run("none")).isEmpty();
  }

  @Test
  void run_shouldBeStalled_whileItSaysSo() {
    Recording recording = history.begin(start(1));
    for (boolean stalled : new boolean[] {false, true, false, true}) {
      recording.stands(snapshot(1, 2, stalled), Series.EMPTY, List.of());
      assertThat(history.runs(RunFilter.latest(1)).get(0).stalled()).isEqualTo(stalled);
    }
    recording.ended(end(1, Status.STOPPED));
    assertThat(history.runs(RunFilter.latest(1)).get(0).stalled()).isFalse();
  }

  @Test
  void runs_shouldBeThoseThatAreWanted_theLatestFirst() {
    for (int i = 0; i < 10; i++) {
      Recording recording = history.begin(start(i));
      if (i < 9) {
        recording.ended(end(i, i % 3 == 0 ? Status.FAILED : Status.DONE));
      }
    }

    RunFilter all = RunFilter.latest(100);
    assertThat(ids(all)).containsExactlyElementsOf(expected(9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    assertThat(ids(RunFilter.latest(3).before(id(7)))).isEqualTo(expected(6, 5, 4));
    assertThat(ids(all.with(Status.FAILED))).isEqualTo(expected(6, 3, 0));
    assertThat(ids(all.with(Status.RUNNING))).isEqualTo(expected(9));
    assertThat(ids(all.with(Status.LOST))).isEmpty();
    assertThat(ids(all.since(SampleRuns.START.plusSeconds(8)))).isEqualTo(expected(9, 8));
    assertThat(ids(all.of("another"))).isEmpty();
    assertThat(ids(all.ofCommand("sync").of(start(0).pipeline()))).hasSize(10);
    assertThat(ids(all.configured(start(0).configurationHash()))).hasSize(10);
    assertThatThrownBy(() -> RunFilter.latest(0))
        .hasMessage("Invalid number of runs: 0 (must be from 1 to 100000)");
  }

  @Test
  void run_shouldBeLost_whenItsProcessIsGoneOrSilent() throws Exception {
    Process child = ChildJvm.start(List.of(), Writer.class, file.toString(), "7");
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("begun");
      assertThat(ids(RunFilter.latest(9).with(Status.RUNNING))).isEqualTo(expected(7));
      for (int i = 0; i < 50; i++) {
        said.readLine();
      }
    } finally {
      child.destroyForcibly().waitFor();
    }

    // Killed while it wrote: what it had committed is there.
    assertThat(ids(RunFilter.latest(9).with(Status.LOST))).isEqualTo(expected(7));
    assertThat(history.run(id(7)))
        .hasValueSatisfying(run -> assertThat(run.line().totals().rowsRead()).isPositive());

    history.begin(start(8));
    try (History later = History.open(file, Clock.offset(SOON, Duration.ofMinutes(6)))) {
      assertThat(later.runs(RunFilter.latest(1)).get(0).status()).isEqualTo(Status.LOST);
    }
    assertThat(ids(RunFilter.latest(9).with(Status.RUNNING))).isEqualTo(expected(8));
  }

  /** Writes as fast as it can, until it is killed. */
  static final class Writer {

    private Writer() {}

    public static void main(String[] args) {
      int number = Integer.parseInt(args[1]);
      try (History history = History.open(Path.of(args[0]))) {
        Recording recording = history.begin(start(number));
        System.out.println("begun");
        for (int i = 1; ; i++) {
          recording.stands(snapshot(number, i), series(number, i).series(), events(number, 1));
          System.out.println(i);
        }
      }
    }
  }

  @Test
  void history_shouldTakeWhatManyWrite_whileOthersRead() throws Exception {
    int writers = 8;
    ExecutorService threads = Executors.newFixedThreadPool(writers + 2);
    try {
      List<Future<Integer>> ends = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int first = 100 * writer;
        ends.add(
            threads.submit(
                () -> {
                  // Each with its own connection, as each process has.
                  try (History own = History.open(file, SOON)) {
                    for (int i = first; i < first + 10; i++) {
                      Recording recording = own.begin(start(i));
                      recording.stands(snapshot(i, 1), series(i, 9).series(), events(i, 3));
                      recording.ended(end(i, Status.DONE));
                    }
                  }
                  return 10;
                }));
      }
      Callable<Integer> reader =
          () -> {
            int seen = 0;
            while (seen < writers * 10) {
              List<RunLine> runs = history.runs(RunFilter.latest(1000));
              assertThat(runs.size()).isGreaterThanOrEqualTo(seen);
              seen = runs.size();
            }
            return seen;
          };
      Future<Integer> read = threads.submit(reader);
      for (Future<Integer> end : ends) {
        assertThat(end.get()).isEqualTo(10);
      }
      assertThat(read.get()).isEqualTo(80);
    } finally {
      threads.shutdownNow();
    }
    assertThat(history.runs(RunFilter.latest(1000).with(Status.DONE))).hasSize(80);
  }

  @Test
  void changes_shouldTellThatAnotherWrote() {
    try (History other = History.open(file, SOON)) {
      long before = history.changes();
      assertThat(history.changes()).isEqualTo(before);

      Recording recording = other.begin(start(1));
      long begun = history.changes();
      assertThat(begun).isNotEqualTo(before);

      recording.ended(end(1, Status.DONE));
      assertThat(history.changes()).isNotEqualTo(begun);
    }
  }

  @Test
  void history_shouldStaySmall_andForgetTheOldest() throws Exception {
    int most = 1000;
    try (History small = History.open(file, SOON, most)) {
      for (int i = 0; i < most + 50; i++) {
        Recording recording = small.begin(start(i));
        // One in twenty lasts for hours; most are short.
        boolean isLong = i % 20 == 0;
        Series series = series(i, isLong ? 5000 : 20).series();
        recording.stands(snapshot(i, 8), series, events(i, isLong ? 300 : 3));
        recording.ended(end(i, Status.DONE));
      }
    }

    List<RunLine> kept = history.runs(RunFilter.latest(100_000));
    assertThat(kept).hasSize(most);
    assertThat(kept.get(most - 1).id()).isEqualTo(id(50));
    assertThat(history.run(id(60)).orElseThrow().events()).hasSize(History.MOST_EVENTS);
    history.close();
    double ofAll = Files.size(file) * (double) History.MOST_RUNS / most;
    assertThat(ofAll).isBetween(20e6, 100e6);
  }

  private static Snapshot firing(int second, Alert... alerts) {
    return snapshot(1, second).with(List.of(alerts));
  }

  private static Alert alert(String name, int since, String sentence) {
    return new Alert(name, "warning", SampleRuns.START.plusSeconds(since), 1.0, sentence);
  }

  @Test
  void alerts_shouldBeKnown_whileTheyFireAndAfter() {
    Recording one = history.begin(start(1));
    Recording two = history.begin(start(2));
    one.stands(firing(5, alert("lock_waits", 5, "1 waits")), Series.EMPTY, List.of());
    one.stands(
        firing(6, alert("lock_waits", 5, "2 wait"), alert("stalled", 6, "Nothing moves")),
        Series.EMPTY,
        List.of());
    two.stands(firing(9, alert("rejects", 9, "Refused")), Series.EMPTY, List.of());

    assertThat(history.firing())
        .extracting(FiredAlert::run, FiredAlert::name, FiredAlert::sentence)
        .containsExactly(
            tuple(id(2), "rejects", "Refused"),
            tuple(id(1), "stalled", "Nothing moves"),
            tuple(id(1), "lock_waits", "2 wait"));
    assertThat(history.alerts(50)).isEqualTo(history.firing());

    one.stands(firing(8, alert("stalled", 6, "Nothing moves")), Series.EMPTY, List.of());
    two.ended(end(2, Status.DONE));
    assertThat(history.firing()).extracting(FiredAlert::name).containsExactly("stalled");
    assertThat(history.alerts(50))
        .extracting(FiredAlert::name, FiredAlert::firing, FiredAlert::resolved)
        .containsExactly(
            tuple("rejects", false, end(2, Status.DONE).ended()),
            tuple("stalled", true, null),
            tuple("lock_waits", false, snapshot(1, 8).time()));
    assertThat(history.alerts(1)).hasSize(1);

    // It fires once more: that is another.
    one.stands(firing(20, alert("lock_waits", 20, "1 waits")), Series.EMPTY, List.of());
    assertThat(history.alerts(50))
        .extracting(FiredAlert::name)
        .containsExactly("lock_waits", "rejects", "stalled", "lock_waits");
    try (History later = History.open(file, Clock.offset(SOON, Duration.ofMinutes(6)))) {
      assertThat(later.firing()).as("of a run that is lost").isEmpty();
      assertThat(later.alerts(1).get(0).resolved()).isNull();
    }
  }

  @Test
  void alerts_shouldBeTheLatest_ofARunThatHasMany() {
    Recording recording = history.begin(start(1));
    for (int i = 0; i < History.MOST_ALERTS + 50; i++) {
      recording.stands(
          firing(i, alert("lasts", 0, "It lasts"), alert("short", i, "It is short")),
          Series.EMPTY,
          List.of());
    }

    List<FiredAlert> kept = history.alerts(1000);
    assertThat(kept).hasSizeBetween(History.MOST_ALERTS, History.MOST_ALERTS + 2);
    assertThat(kept.get(kept.size() - 1).name()).isEqualTo("lasts");
    assertThat(history.firing()).hasSize(2);
  }

  @Test
  void open_shouldTakeWhatTheVersionBeforeLeft(@TempDir Path folder) throws Exception {
    Path old = folder.resolve("old.db");
    try (History first = History.open(old, SOON)) {
      first.begin(start(1)).ended(end(1, Status.DONE));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + old);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE alert");
      statement.execute("PRAGMA user_version = 1");
    }

    try (History second = History.open(old, SOON)) {
      assertThat(second.runs(RunFilter.latest(9))).hasSize(1);
      second
          .begin(start(2))
          .stands(firing(5, alert("stalled", 5, "Nothing moves")), Series.EMPTY, List.of());
      assertThat(second.firing()).hasSize(1);
    }
  }

  @Test
  void begin_shouldRefuseARunThatIsThere() {
    history.begin(start(1));

    assertThatThrownBy(() -> history.begin(start(1)))
        .isInstanceOf(HistoryException.class)
        .hasMessageStartingWith("Cannot write run %s to the history %s: ".formatted(id(1), file));
    assertThat(history.runs(RunFilter.latest(9))).hasSize(1);
  }

  @Test
  void open_shouldRefuseWhatIsNoHistory(@TempDir Path folder) throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "no database ".repeat(1000));
    assertThatThrownBy(() -> History.open(text).close())
        .hasMessage(
            "Cannot open the history %s: %s (%s)"
                .formatted(
                    text, "File opened that is not a database file", "file is not a database"));

    Path later = folder.resolve("later.db");
    History.open(later).close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + later)) {
      connection.createStatement().execute("PRAGMA user_version = 3");
    }
    assertThatThrownBy(() -> History.open(later).close())
        .hasMessage(
            "Cannot open the history %s: it has version 3 (must be 2; a later Millrace made it)"
                .formatted(later));

    Path under = text.resolve("history.db");
    assertThatThrownBy(() -> History.open(under).close())
        .hasMessageStartingWith("Cannot open the history %s: ".formatted(under));
  }

  private List<String> ids(RunFilter filter) {
    return history.runs(filter).stream().map(RunLine::id).toList();
  }

  private static List<String> expected(int... numbers) {
    return IntStream.of(numbers).mapToObj(SampleRuns::id).toList();
  }
}
