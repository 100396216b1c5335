// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.kills.Kill;
import dev.millrace.benchmarks.kills.KillCampaign;
import dev.millrace.benchmarks.kills.KillReport;
import dev.millrace.benchmarks.kills.StockControl;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The command, killed as {@code bench kills} does: a tenth of what the profile {@code chaos} does,
 * and the JobManager only there.
 */
@Tag("chaos")
class KillIT {

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");
  private static final long ROWS = CHAOS ? 300_000 : 100_000;
  private static final long SEED = 20261121;

  @Test
  void ledger_shouldHaveEachRowOnce_whateverIsKilled() throws Exception {
    Map<Kill, Integer> kills = new EnumMap<>(Kill.class);
    for (Kill kill : Kill.values()) {
      int times =
          switch (kill) {
            case CLIENT -> 50;
            case TASKMANAGER -> 30;
            case JOBMANAGER, DATABASE -> 10;
            default -> 5;
          };
      // A cluster takes minutes to come back from the death of its JobManager.
      int usual = kill == Kill.JOBMANAGER ? 0 : (times + 9) / 10;
      kills.put(kill, CHAOS ? times : usual);
    }

    KillReport report =
        KillCampaign.run(
            new KillCampaign.Options(kills, ROWS, SEED, Packaged.flinkJars(), KillsWork::command),
            System.out::println);

    report.lines().forEach(System.out::println);
    assertThat(report.verdict().isClean()).as(report.lines().toString()).isTrue();
    assertThat(report.kills())
        .hasSize(kills.values().stream().mapToInt(Integer::intValue).sum())
        .allMatch(struck -> struck.committed() > 0 && struck.committed() < ROWS);
  }

  @Test
  void control_shouldLoseOrDouble_onlyWhenKilled() throws Exception {
    StockControl control = StockControl.run(ROWS);

    control.lines().forEach(System.out::println);
    assertThat(control.calm().isClean()).isTrue();
    assertThat(control.killed().isClean()).isFalse();
  }
}
