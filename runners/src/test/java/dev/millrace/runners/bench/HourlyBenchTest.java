// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.backfill.HourlyBench;
import dev.millrace.benchmarks.backfill.HourlyContender;
import dev.millrace.benchmarks.backfill.HourlyResult;
import dev.millrace.runners.Millrace;
import dev.millrace.runners.child.Children;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class HourlyBenchTest {

  /** Who makes other rows than the first fails. */
  @Tag("bench")
  @Test
  void run_shouldTellWhatStaysOfEach() throws Exception {
    Set<HourlyContender> here =
        EnumSet.complementOf(EnumSet.of(HourlyContender.MILLRACE_FLINK)); // Needs Flink's jars.

    HourlyResult result = HourlyBench.run(options(6, here), line -> {});

    assertThat(result.lines())
        .hasSize(here.size())
        .allSatisfy(
            line -> {
              assertThat(line.seconds().count()).isEqualTo(6);
              assertThat(line.first().rssBytes()).isGreaterThan(64 << 20);
              assertThat(line.first().liveBytes()).isBetween(1L << 20, line.first().rssBytes());
              assertThat(line.last().metaspaceBytes()).isGreaterThan(1 << 20);
              assertThat(line.rss().count()).isGreaterThanOrEqualTo(3);
            });
    assertThat(result.text()).contains("millrace-schedule: memory of the scheduler");
  }

  @Test
  void options_shouldRefuseFewRuns() {
    assertThatThrownBy(() -> options(5, Set.of(HourlyContender.NAIVE)))
        .hasMessage("Invalid number of runs: 5 (must be 6 or more: memory is looked at every 1)");
  }

  private static HourlyBench.Options options(int runs, Set<HourlyContender> contenders) {
    return new HourlyBench.Options(
        2_000,
        runs,
        1,
        1,
        contenders,
        Path.of("not-needed"),
        new UnrecordedCommand(new Children(Millrace.class)));
  }
}
