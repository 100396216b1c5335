// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Status;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectSectionTest {

  /** The report of a run that rejected rows so. */
  private static RunReport report(Path folder, Map<String, Long> rejected) {
    Snapshot like = SampleRuns.snapshot(1, 8);
    try (History history = History.open(folder.resolve("history.db"))) {
      Recording recording = history.begin(SampleRuns.start(1));
      recording.stands(
          new Snapshot(
              like.time(),
              like.seconds(),
              false,
              like.waits(),
              like.progress(),
              like.totals(),
              like.perSecond(),
              like.stages(),
              like.flow(),
              like.slowest(),
              like.metrics(),
              like.alerts(),
              rejected,
              null),
          Series.EMPTY,
          List.of());
      recording.ended(SampleRuns.end(1, Status.DONE));
      RunDetail run = history.run(SampleRuns.id(1)).orElseThrow();
      return RunReport.of(history, run, null, null, ZoneOffset.UTC);
    }
  }

  @Test
  void report_shouldTellWhyRowsWereRejected_theMostFrequentReasonFirst(@TempDir Path folder) {
    RunReport report =
        report(folder, Map.of("not_null_violation", 3L, "unique_violation", 1200L, "other", 3L));

    assertThat(report.markdown())
        .contains(
            "## Rejected rows",
            "| unique violation | 1,200 |\n| not null violation | 3 |\n| other | 3 |");
    assertThat(report.html()).contains("<td class=\"t\">unique violation</td>");
  }

  @Test
  void report_shouldSayNothing_whenNoneWas(@TempDir Path folder) {
    assertThat(report(folder, Map.of()).markdown()).doesNotContain("Rejected rows");
  }
}
