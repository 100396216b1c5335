// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.report.RunComparison.Figure;
import dev.millrace.monitor.report.RunComparison.Setting;
import dev.millrace.monitor.report.RunComparison.Stage;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.SeriesRecorder;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.StageLine;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunComparisonTest {

  private History history;

  @BeforeEach
  void open(@TempDir Path folder) {
    history = History.open(folder.resolve("history.db"));
  }

  @AfterEach
  void close() {
    history.close();
  }

  private Recording begin(int number, Map<String, String> options) {
    RunStart sample = SampleRuns.start(number);
    SortedMap<String, String> configuration = new TreeMap<>(sample.configuration());
    configuration.putAll(options);
    return history.begin(
        new RunStart(
            sample.id(),
            sample.command(),
            sample.pipeline(),
            sample.runner(),
            configuration,
            sample.code(),
            sample.machine(),
            sample.pid(),
            sample.started()));
  }

  private static RunEnd end(int number, Status status, double seconds, long rejected) {
    RunEnd sample = SampleRuns.end(number, status);
    return new RunEnd(
        sample.ended(),
        status,
        0,
        null,
        new Totals(1000L, 1000L, rejected, null, seconds, null, 1L << 20),
        sample.summary());
  }

  /** With stages that took so long. */
  private static Snapshot stood(
      int number, Map<String, Double> seconds, Map<String, Long> rejected) {
    Snapshot like = SampleRuns.snapshot(number, 5);
    List<StageLine> stages =
        new TreeMap<>(seconds)
            .entrySet().stream()
                .map(
                    each ->
                        new StageLine(
                            each.getKey(),
                            each.getValue(),
                            1,
                            Map.of("rest", 1.0),
                            1024,
                            1,
                            1,
                            1,
                            1,
                            1))
                .toList();
    return new Snapshot(
        like.time(),
        like.seconds(),
        false,
        List.of(),
        null,
        like.totals(),
        like.perSecond(),
        stages,
        List.of(),
        null,
        Map.of(),
        List.of(),
        rejected,
        null);
  }

  private RunDetail run(int number) {
    return history.run(SampleRuns.id(number)).orElseThrow();
  }

  @Test
  void comparison_shouldTellWhatDiffers_andByHowMuch() {
    SeriesRecorder series = new SeriesRecorder();
    series.add(1, Map.of("rows_read_per_second", 10.0));
    String active = "millrace_pool_connections{pool=\"read\",state=\"active\"}";
    SeriesRecorder otherSeries = new SeriesRecorder();
    otherSeries.add(2, Map.of(active, 3.0));
    Recording one = begin(1, Map.of("block-size", "4MiB"));
    one.stands(
        stood(1, Map.of("read", 3.0, "write", 10.0), Map.of()), otherSeries.series(), List.of());
    one.ended(end(1, Status.DONE, 8, 0));
    Recording two = begin(2, Map.of("more", "yes"));
    two.stands(
        stood(2, Map.of("call", 1.0, "write", 5.0), Map.of("check_violation", 4L)),
        series.series(),
        List.of());
    two.ended(end(2, Status.DONE, 10, 4));

    RunComparison comparison = RunComparison.of(run(2), run(1));

    assertThat(comparison.settings())
        .filteredOn(Setting::differs)
        .extracting(Setting::name, Setting::run, Setting::other)
        .contains(tuple("block-size", "1MiB", "4MiB"), tuple("more", "yes", "–"))
        .hasSize(3);
    assertThat(comparison.settings().get(3).differs()).isFalse();
    assertThat(comparison.figures())
        .contains(
            new Figure("took", "10 s", "8 s", "1.25 ×", true),
            new Figure("rows written", "1,000", "1,000", "1.00 ×", false),
            new Figure("rows rejected", "4", "0", "–", true),
            new Figure("rejected: check violation", "4", "0", "–", true),
            new Figure("most memory", "1 MiB", "1 MiB", "1.00 ×", false))
        .extracting(Figure::name)
        .doesNotContain("processor seconds");
    assertThat(comparison.stages())
        .extracting(Stage::name, Stage::ratio, Stage::far)
        .containsExactly(
            tuple("call", "–", false), tuple("write", "0.50 ×", true), tuple("read", "–", false));
    Stage write = comparison.stages().get(1);
    assertThat(write.run())
        .isEqualTo(new RunComparison.Spent("5 s", "1 KiB", 0.5, Map.of("rest", 1.0)));
    assertThat(write.other())
        .isEqualTo(new RunComparison.Spent("10 s", "1 KiB", 1, Map.of("rest", 1.0)));
    assertThat(comparison.stages().get(0).other()).isNull();
    assertThat(comparison.plots())
        .extracting(RunComparison.Plot::title)
        .containsExactly("Rows read per second", "Connections in use, read");
    assertThat(comparison.plots().get(0).run().values()).containsExactly(10.0);
    assertThat(comparison.plots().get(0).other().values()).isEmpty();
  }

  @Test
  void usual_shouldBeTheLastThatWasDoneOfTheSameConfiguration() {
    begin(1, Map.of());
    begin(2, Map.of()).ended(end(2, Status.DONE, 1, 0));
    begin(3, Map.of()).ended(end(3, Status.FAILED, 1, 0));
    begin(4, Map.of("parallelism", "2")).ended(end(4, Status.DONE, 1, 0));
    begin(5, Map.of());
    begin(6, Map.of()).ended(end(6, Status.DONE, 1, 0));

    assertThat(RunComparison.usual(history, run(5).line()).map(RunLine::id))
        .contains(SampleRuns.id(2));
    assertThat(RunComparison.usual(history, run(2).line()).map(RunLine::id))
        .as("none was done")
        .contains(SampleRuns.id(1));
    assertThat(RunComparison.usual(history, run(1).line())).isEmpty();
    assertThat(RunComparison.usual(history, run(4).line())).isEmpty();
  }
}
