// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.backfill.BackfillBench;
import dev.millrace.benchmarks.backfill.BackfillResult;
import dev.millrace.benchmarks.backfill.Contender;
import dev.millrace.runners.Millrace;
import dev.millrace.runners.child.Children;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BackfillBenchTest {

  /** Those that do it in a way of their own; the others differ by an option. */
  private static final Set<Contender> DIFFERENT =
      EnumSet.of(
          Contender.NAIVE, Contender.WINDOW, Contender.MILLRACE_NONE, Contender.MILLRACE_STAGE);

  /** Two stations, two months; who makes other rows than the first fails. */
  @Tag("bench")
  @Test
  void run_shouldHaveAllMakeTheSame() throws Exception {
    List<String> progress = new ArrayList<>();

    BackfillResult result = BackfillBench.run(options(3_000, null, DIFFERENT), progress::add);

    assertThat(result.windows()).isEqualTo(2);
    assertThat(result.lines())
        .hasSize(DIFFERENT.size())
        .allSatisfy(
            line -> {
              assertThat(line.failure()).isEmpty();
              assertThat(line.windows()).isEqualTo(2);
              assertThat(line.seconds()).isNotNull();
              assertThat(line.timesNaive()).isNotNull();
            });
    assertThat(result.text())
        .anyMatch(line -> line.startsWith("millrace-stage: 6 fresh JVMs, start-up "))
        .anyMatch(
            line -> line.matches("millrace-stage: they cost a window [\\d.]+ s, which is 5 %.*"));
    assertThat(progress).hasSize(1 + DIFFERENT.size());
  }

  @Tag("bench")
  @Test
  void run_shouldTellNoTotal_ofAFewWindows() throws Exception {
    BackfillResult result =
        BackfillBench.run(
            options(3_000, 1, EnumSet.of(Contender.WINDOW, Contender.MILLRACE_NONE)), line -> {});

    assertThat(result.lines()).extracting(BackfillResult.Line::windows).containsExactly(1, 2);
  }

  @Test
  void options_shouldRefuseNoWindows() {
    assertThatThrownBy(() -> options(1, 0, Set.of(Contender.NAIVE)))
        .hasMessage("Invalid number of windows: 0 (must be 1 or more)");
  }

  private static BackfillBench.Options options(
      long rows, @Nullable Integer baselineWindows, Set<Contender> contenders) {
    return new BackfillBench.Options(
        rows,
        1,
        2,
        baselineWindows,
        false,
        contenders,
        new UnrecordedCommand(new Children(Millrace.class)));
  }
}
