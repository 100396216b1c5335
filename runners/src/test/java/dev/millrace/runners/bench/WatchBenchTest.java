// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.copy.Watch;
import dev.millrace.benchmarks.copy.WatchBench;
import dev.millrace.benchmarks.copy.WatchResult;
import dev.millrace.runners.Millrace;
import dev.millrace.runners.child.Children;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WatchBenchTest {

  @Tag("bench")
  @Test
  void run_shouldMeasureEachWay_inEachRound() throws Exception {
    WatchResult result = WatchBench.run(options(2, Set.of(Watch.RECORDED)), line -> {});

    assertThat(result.runs())
        .extracting(run -> run.round() + " " + run.watch())
        .containsExactly("1 unwatched", "1 recorded", "2 recorded", "2 unwatched");
    assertThat(result.runs())
        .allSatisfy(
            run -> {
              assertThat(run.seconds()).isBetween(0.01, run.processSeconds());
              assertThat(run.cpuSeconds()).isPositive();
              assertThat(run.peakRssBytes()).isGreaterThan(32 << 20);
            });
    assertThat(result.lines()).hasSize(4);
    assertThat(result.lines().get(3)).matches("recorded +[\\d.]+, [\\d.]+ \\([\\d.]+\\.\\..*");
  }

  @Test
  void options_shouldRefuseOneRound() {
    assertThatThrownBy(() -> options(1, Set.of()))
        .hasMessage(
            "Invalid numbers: 100000 rows, 1 rounds, parallelism 1 (must be 1 or more, and 2 rounds)");
  }

  private static WatchBench.Options options(int rounds, Set<Watch> watches) {
    return new WatchBench.Options(
        100_000, rounds, 1, watches, new UnrecordedCommand(new Children(Millrace.class)));
  }
}
