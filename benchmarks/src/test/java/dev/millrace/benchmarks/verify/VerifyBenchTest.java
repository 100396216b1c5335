// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class VerifyBenchTest {

  @Tag("bench")
  @Test
  void run_shouldMeasureEveryContender_andCheckWhatTheyFound() throws Exception {
    List<VerifyBench.Line> lines = VerifyBench.run(10_000, 1, line -> {});

    assertThat(lines)
        .extracting(VerifyBench.Line::contender)
        .containsExactly(
            "aggregate", "aggregate-md5", "verify", "verify-one-differs", "verify-some-differ");
    assertThat(lines).allSatisfy(line -> assertThat(line.seconds().min()).isPositive());
    assertThat(lines.get(0).toAggregate().median()).isEqualTo(1);
  }
}
