// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.ceiling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.ceiling.CeilingBench.Case;
import dev.millrace.benchmarks.ceiling.CeilingBench.Line;
import dev.millrace.benchmarks.ceiling.CeilingBench.Options;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A few processes; with the profile {@code chaos} the scenario itself. */
class CeilingBenchTest {

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");

  private static final Options OPTIONS =
      CHAOS ? Options.defaults() : new Options(4, 4, 150, 5, Duration.ofSeconds(1));

  private static final Set<Case> CASES =
      CHAOS ? EnumSet.allOf(Case.class) : EnumSet.of(Case.KILLS, Case.CRASH);

  /** More connections than were promised, or a transaction too few, would fail the benchmark. */
  @Tag("bench")
  @Test
  void run_shouldKeepTheCeiling_andLetEveryWorkerFinish() throws Exception {
    List<Line> lines = CeilingBench.run(OPTIONS, CASES, line -> {});

    assertThat(lines).extracting(Line::happens).containsExactlyElementsOf(CASES);
    if (CHAOS) {
      assertThat(lines.get(0).most()).as("without a ceiling").isGreaterThan(OPTIONS.bound());
    }
    assertThat(lines)
        .filteredOn(line -> line.happens() != Case.NO_CEILING)
        .allSatisfy(
            line -> {
              assertThat(line.most()).isBetween(1, OPTIONS.bound());
              assertThat(line.fairness()).isBetween(0.0, 1.0);
            });
  }
}
