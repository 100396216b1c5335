// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.copy.CopyResult.Line;
import dev.millrace.benchmarks.copy.CopyResult.Run;
import dev.millrace.benchmarks.copy.CopyResult.Setting;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CopyResultTest {

  private static final Setting SETTING =
      new Setting(1000, 500, 2, 2, "512MiB", "4GiB", 2, "17", "18.3", "on", "on", "128MB", "1GB");

  /** Millrace is at 0.8 and 0.9 of the pipe, and 8 and 6 times JdbcIO. */
  private static final CopyResult RESULT =
      CopyResult.of(
          SETTING,
          List.of(
              run(Contender.PIPE, 1, 1000, 1.0, 1L << 20),
              run(Contender.JDBCIO_FLINK, 1, 500, 5.0, null),
              run(Contender.MILLRACE_FLINK, 1, 1000, 1.25, 3L << 20),
              run(Contender.MILLRACE_FLINK, 2, 1000, 2.0, 2L << 20),
              run(Contender.JDBCIO_FLINK, 2, 500, 6.0, null),
              run(Contender.PIPE, 2, 1000, 1.8, 1L << 20)));

  @Test
  void lines_shouldPairRatesByRound() {
    Line millrace = RESULT.lines().get(2);

    assertThat(millrace.contender()).isEqualTo(Contender.MILLRACE_FLINK);
    assertThat(requireNonNull(millrace.toPipe())).isNotNull();
    assertThat(requireNonNull(millrace.toPipe()).min()).isCloseTo(0.8, within(1e-9));
    assertThat(requireNonNull(millrace.toPipe()).max()).isCloseTo(0.9, within(1e-9));
    assertThat(requireNonNull(millrace.toBaseline())).isNotNull();
    assertThat(requireNonNull(millrace.toBaseline()).median()).isCloseTo(7, within(1e-9));
    assertThat(millrace.peakRssBytes()).isEqualTo(3L << 20);
  }

  @Test
  void lines_shouldLeaveOut_whatWasNotRun() {
    Line pipe = RESULT.lines().get(0);

    assertThat(RESULT.lines()).hasSize(3);
    assertThat(pipe.toPipe()).isNull();
    assertThat(pipe.toBaseline()).isNull();
    assertThat(pipe.serverCpuSecondsPerMillionRows()).isNull();
  }

  @Test
  void toJson_shouldHoldRunsAndLines_inSnakeCase() throws Exception {
    JsonNode json = new ObjectMapper().readTree(RESULT.toJson());

    assertThat(json.at("/setting/synchronous_commit").asText()).isEqualTo("on");
    assertThat(json.at("/runs/3/contender").asText()).isEqualTo("millrace-flink");
    assertThat(json.at("/runs/3/rows_per_second").isMissingNode()).isTrue();
    assertThat(json.at("/lines/2/to_pipe/max").asDouble()).isCloseTo(0.9, within(1e-9));
    assertThat(json.at("/lines/1/peak_rss_bytes").isNull()).isTrue();
    assertThat(RESULT.toJson()).doesNotContain("\n");
  }

  @Test
  void table_shouldSayNotAvailable_whatWasNotMeasured() {
    List<String> lines = CopyTable.of(RESULT).lines().toList();

    assertThat(lines)
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("append  millrace-flink")
                    .contains("650 (500..800)", "0.85 (0.80..0.90)", "7.0 (6.0..8.0)"))
        .anySatisfy(line -> assertThat(line).startsWith("append  pipe").contains("n/a"));
  }

  private static Run run(
      Contender contender, int round, long rows, double seconds, @Nullable Long peakRss) {
    return new Run(contender, Mode.APPEND, round, rows, seconds, seconds + 1, 2.5, null, peakRss);
  }
}
