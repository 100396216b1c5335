// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierRunsTest {

  @Test
  void figures_shouldBeThoseOfDoneRunsOfTheSameSize(@TempDir Path folder) {
    try (History history = History.open(folder.resolve("history.db"))) {
      add(history, 1, Status.DONE, 1_100_000);
      add(history, 2, Status.FAILED, 1_100_000);
      add(history, 3, Status.DONE, 2_090_000);
      add(history, 4, Status.DONE, 2_100_000);
      add(history, 5, Status.DONE, 1_500_000);
      add(history, 6, Status.DONE, 1_600_000);
      RunDetail run = history.run(SampleRuns.id(5)).orElseThrow();

      EarlierRuns earlier = EarlierRuns.before(run.line());

      assertThat(earlier.sizeWords()).isEqualTo("1,048,576 to 2,097,151 rows");
      List<Figures> figures = earlier.figures(history);
      assertThat(figures).extracting(Figures::rows).containsExactly(2_090_000L, 1_100_000L);
      assertThat(figures.get(0).values())
          .containsEntry(new Metric(null, "seconds"), 3.0)
          .containsKey(new Metric("write public.copy", "seconds"));
      assertThat(EarlierRuns.before(run.start(), 0).sizeWords()).isEqualTo("no row");
      assertThat(EarlierRuns.before(run.start(), 0).figures(history)).isEmpty();
    }
  }

  @Test
  void figures_shouldLeaveOutWhatACluster_takes() {
    Totals totals = new Totals(9L, 9L, 0L, 9L, 2.0, 3.0, 4L);
    assertThat(Figures.of("flink://host:8081", totals, null).values())
        .containsOnlyKeys(new Metric(null, "seconds"));
    assertThat(Figures.of("flink", totals, null).values()).hasSize(3);
    assertThat(Figures.of("direct", Totals.NONE, null)).isEqualTo(new Figures(0, Map.of()));
  }

  @Test
  void figures_shouldHaveOfAStageWhatIsItsOwn() {
    String summary =
        "{\"stages\": [{\"stage\": \"read\", \"seconds\": 10, \"shares\": {\"downstream\": 0.75}}]}";
    assertThat(Figures.of("direct", Totals.NONE, summary).values())
        .containsEntry(new Metric("read", "seconds"), 2.5);
  }

  private static void add(History history, int number, Status status, long rows) {
    RunEnd end = SampleRuns.end(number, status);
    Totals totals = new Totals(rows, rows, 0L, 1L, (double) number, 1.0, 1L);
    history
        .begin(SampleRuns.start(number))
        .ended(new RunEnd(end.ended(), status, 0, null, totals, end.summary()));
  }
}
