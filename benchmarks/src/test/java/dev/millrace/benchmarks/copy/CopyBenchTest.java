// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.copy.CopyBench.Options;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CopyBenchTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");

  /** Each starts a JVM: all of them, in both modes, with the profile {@code chaos}. */
  private static Set<Contender> contenders() {
    return CHAOS
        ? EnumSet.complementOf(EnumSet.of(Contender.MILLRACE_DIRECT_MAP))
        : EnumSet.of(Contender.JDBCIO_DIRECT, Contender.MILLRACE_FLINK);
  }

  @ParameterizedTest
  @MethodSource("contenders")
  void run_shouldCopyEveryRow(Contender contender) throws Exception {
    boolean one = contender != Contender.MILLRACE_FLINK && !CHAOS;
    Set<Mode> modes = one ? Set.of(Mode.APPEND) : Set.of(Mode.APPEND, Mode.UPSERT);

    CopyResult result = CopyBench.run(options(Set.of(contender), 1, modes, spec()), line -> {});

    // A copy with a wrong count or checksum would have failed the run.
    assertThat(result.runs())
        .extracting(CopyResult.Run::mode)
        .containsExactlyInAnyOrderElementsOf(modes);
    assertThat(result.runs())
        .allSatisfy(
            run -> {
              assertThat(run.rows()).isEqualTo(contender.isBaseline() ? 500 : 1000);
              assertThat(run.seconds()).isPositive().isLessThan(run.processSeconds());
              assertThat(run.cpuSeconds()).isPositive();
            });
  }

  @Tag("bench")
  @Test
  void run_shouldCompareLedgerWithAppend() throws Exception {
    Options ledger =
        options(Set.of(Contender.MILLRACE_DIRECT), 1, Set.of(Mode.APPEND, Mode.LEDGER), spec());

    CopyResult result = CopyBench.run(ledger, line -> {});

    assertThat(result.lines().get(0).toAppend()).isNull();
    assertThat(requireNonNull(result.lines().get(1).toAppend()).median()).isPositive();
  }

  @Tag("bench")
  @Test
  void run_shouldLeaveNothingBehind() throws Exception {
    CopyBench.run(options(Set.of(Contender.PIPE), 1, spec()), line -> {});

    assertThat(
            postgres.value(
                "select count(*) from pg_namespace where nspname = 'millrace_bench'", Long.class))
        .isZero();
  }

  @Tag("bench")
  @Test
  void run_shouldRotateWhoBegins_onItsOwnServer() throws Exception {
    List<String> lines = new ArrayList<>();

    CopyResult result =
        CopyBench.run(
            options(Set.of(Contender.PIPE, Contender.JDBCIO_DIRECT), 2, Set.of(Mode.APPEND), null),
            lines::add);

    assertThat(result.runs())
        .extracting(run -> run.round() + " " + run.mode() + " " + run.contender())
        .containsExactly(
            "1 append pipe", "1 append jdbcio-direct", "2 append jdbcio-direct", "2 append pipe");
    assertThat(result.setting().fsync()).isEqualTo("on");
    assertThat(result.setting().synchronousCommit()).isEqualTo("on");
    assertThat(lines).anyMatch(line -> line.startsWith("round 2 of 2: jdbcio-direct append, "));
  }

  @Test
  void run_shouldSayWhy_whenAContenderFails() {
    Options starved =
        new Options(
            1000,
            500,
            1,
            2,
            ByteSize.ofMebibytes(512),
            ByteSize.ofMebibytes(8),
            Set.of(Contender.JDBCIO_DIRECT),
            Set.of(Mode.APPEND),
            spec());

    assertThatThrownBy(() -> CopyBench.run(starved, line -> {}))
        .hasMessageStartingWith("Cannot measure jdbcio-direct in mode append: it failed after ")
        .hasMessageContaining("OutOfMemoryError");
  }

  @Test
  void options_shouldRefuse_whenTheBaselineIsLarger() {
    Options good = Options.defaults();

    assertThatThrownBy(
            () ->
                new Options(
                    10,
                    11,
                    good.rounds(),
                    good.parallelism(),
                    good.heap(),
                    good.baselineHeap(),
                    good.contenders(),
                    good.modes(),
                    null))
        .hasMessage("Invalid number of baseline rows: 11 (must be at most 10, the number of rows)");
  }

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(postgres.jdbcUrl());
  }

  private static Options options(
      Set<Contender> contenders, int rounds, @Nullable ConnectionSpec server) {
    return options(contenders, rounds, Set.of(Mode.APPEND, Mode.UPSERT), server);
  }

  private static Options options(
      Set<Contender> contenders, int rounds, Set<Mode> modes, @Nullable ConnectionSpec server) {
    return new Options(
        1000,
        500,
        rounds,
        2,
        ByteSize.ofMebibytes(256),
        ByteSize.ofMebibytes(512),
        contenders,
        modes,
        server);
  }
}
