// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.kills.Kill;
import dev.millrace.benchmarks.kills.KillCampaign;
import dev.millrace.benchmarks.kills.KillReport;
import dev.millrace.benchmarks.kills.StockControl;
import dev.millrace.runners.flink.Packaged;
import dev.millrace.runners.option.HistoryFile;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command, killed as {@code bench kills} does; with the profile {@code chaos} many times. */
public class KillIT {

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");
  private static final long ROWS = CHAOS ? 300_000 : 100_000;

  /** Processes of this machine; those of a cluster are killed in tests of their own as well. */
  private static final Set<Kill> HERE =
      EnumSet.complementOf(EnumSet.of(Kill.TASKMANAGER, Kill.JOBMANAGER));

  private static final long SEED = 20261121;

  @Test
  void ledger_shouldHaveEachRowOnce_whateverIsKilled() throws Exception {
    Map<Kill, Integer> kills = new EnumMap<>(Kill.class);
    for (Kill kill : CHAOS ? EnumSet.allOf(Kill.class) : HERE) {
      int times =
          switch (kill) {
            case CLIENT -> 50;
            case TASKMANAGER -> 30;
            case JOBMANAGER, DATABASE -> 10;
            default -> 5;
          };
      kills.put(kill, CHAOS ? times : 1);
    }

    KillReport report =
        KillCampaign.run(
            new KillCampaign.Options(kills, ROWS, SEED, Packaged.flinkJars(), KillIT::launcher),
            System.out::println);

    report.lines().forEach(System.out::println);
    assertThat(report.verdict().isClean()).as(report.lines().toString()).isTrue();
    assertThat(report.kills())
        .hasSize(kills.values().stream().mapToInt(Integer::intValue).sum())
        .allMatch(struck -> struck.committed() > 0 && struck.committed() < ROWS);
  }

  /** The command as a user starts it, with the archive of classes that makes it start fast. */
  public static ProcessBuilder launcher(List<String> jvmFlags, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(Packaged.flinkJars().resolve("../../../millrace").normalize().toString());
    builder.command().addAll(arguments);
    builder.environment().put(HistoryFile.VARIABLE, HistoryFile.NONE);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Most of it is start: what compiles little starts fast.
    builder
        .environment()
        .put("MILLRACE_JAVA_OPTS", "-XX:TieredStopAtLevel=1 " + String.join(" ", jvmFlags));
    return builder;
  }

  @Tag("bench")
  @Test
  void control_shouldLoseOrDouble_onlyWhenKilled() throws Exception {
    StockControl control = StockControl.run(ROWS);

    control.lines().forEach(System.out::println);
    assertThat(control.calm().isClean()).isTrue();
    assertThat(control.killed().isClean()).isFalse();
  }
}
