// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.connections.ConnectionsResult.End;
import dev.millrace.benchmarks.connections.ConnectionsResult.Line;
import dev.millrace.benchmarks.connections.ConnectionsResult.Run;
import dev.millrace.benchmarks.connections.ConnectionsResult.Setting;
import dev.millrace.benchmarks.connections.StageMain.Acquire;
import dev.millrace.benchmarks.measure.Spread;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionsResultTest {

  private static final Setting SETTING =
      new Setting(1000, 12, 2, 2, 8, 60, 2, "17", "18.3", "on", "on", "3");

  private static Run run(
      Contender contender, int round, End end, double seconds, @Nullable Acquire acquire) {
    String failure = end == End.FAILED ? "53300 FATAL: too many clients" : null;
    return new Run(contender, 20, round, end, failure, seconds, 1000, 30, 16, acquire);
  }

  private static Line line(List<Run> runs, Contender contender) {
    return ConnectionsResult.of(SETTING, runs).lines().stream()
        .filter(line -> line.contender() == contender)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void of_shouldCompareWithTheFastestThatFinished() {
    List<Run> runs =
        List.of(
            run(Contender.JDBCIO_FLINK, 1, End.FINISHED, 8, null),
            run(Contender.JDBCIO_FLINK, 2, End.FINISHED, 12, null),
            run(Contender.JDBCIO_POOLS_FLINK, 1, End.FINISHED, 1, null),
            run(Contender.JDBCIO_POOLS_FLINK, 2, End.FAILED, 1, null),
            run(Contender.JDBCIO_DIRECT, 1, End.FINISHED, 2, null),
            run(Contender.JDBCIO_DIRECT, 2, End.FINISHED, 2, null),
            run(Contender.MILLRACE_FLINK, 1, End.FINISHED, 2, new Acquire(0.5, 7)),
            run(Contender.MILLRACE_FLINK, 2, End.FINISHED, 4, new Acquire(1.5, 9)));

    Line millrace = line(runs, Contender.MILLRACE_FLINK);

    assertThat(millrace.baseline()).isEqualTo(Contender.JDBCIO_FLINK);
    assertThat(millrace.toBaseline()).isEqualTo(new Spread(3.5, 3, 4, 2));
    assertThat(millrace.acquireP99Millis()).isEqualTo(new Spread(8, 7, 9, 2));
    assertThat(line(runs, Contender.JDBCIO_POOLS_FLINK))
        .satisfies(line -> assertThat(line.ends()).isEqualTo("finished 1, failed 1"))
        .satisfies(line -> assertThat(line.rowsPerSecond()).isNull());
  }

  @Test
  void text_shouldSayWhatEndedARun() {
    List<Run> runs =
        List.of(
            run(Contender.JDBCIO_POOLS_FLINK, 1, End.FAILED, 31, null),
            run(Contender.JDBCIO_FLINK, 1, End.FROZEN, 90, null),
            run(Contender.MILLRACE_FLINK, 1, End.FINISHED, 2, null));

    List<String> text = ConnectionsResult.of(SETTING, runs).text();

    assertThat(text)
        .contains(
            "round 1, max_connections 20: jdbcio-pools-flink failed at 1,000 rows after 31 s:"
                + " 53300 FATAL: too many clients",
            "round 1, max_connections 20: jdbcio-flink frozen at 1,000 rows after 90 s")
        .filteredOn(line -> line.startsWith("millrace-flink"))
        .singleElement()
        .asString()
        .contains("finished", "not measured")
        .doesNotContain("null");
  }
}
