// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.follow.FollowBench;
import dev.millrace.benchmarks.follow.FollowBench.Line;
import dev.millrace.benchmarks.follow.FollowBench.Options;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FollowBenchIT {

  /** A row that is missing, different or there twice would fail the benchmark. */
  @Tag("bench")
  @Test
  void run_shouldTimeEveryRow_fromCommitToCommit() throws Exception {
    Options options =
        new Options(List.of(200), Duration.ofSeconds(2), List.of("direct"), Duration.ofMillis(100));

    List<Line> lines = FollowBench.run(options, KillIT::launcher, line -> {});

    assertThat(lines).hasSize(1);
    Line line = lines.get(0);
    assertThat(line.written()).isBetween(1.0, 400.0);
    assertThat(line.p50()).isPositive().isLessThanOrEqualTo(line.p99());
    assertThat(line.p99()).isLessThanOrEqualTo(line.most());
  }
}
