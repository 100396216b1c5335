// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.connections.ConnectionsBench.Options;
import dev.millrace.benchmarks.connections.ConnectionsResult.End;
import dev.millrace.benchmarks.connections.ConnectionsResult.Run;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A few rows on the direct runner; with the profile {@code chaos} the scenario itself, on Flink.
 */
class ConnectionsBenchTest {

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");
  private static final int ROWS = CHAOS ? 3_000_000 : 1_000;
  private static final int FEW = 20;
  private static final int MANY = 60;

  /** Those that superusers are left and that the sampler has. */
  private static final int OTHERS = 4;

  private static final Contender STOCK =
      CHAOS ? Contender.JDBCIO_POOLS_FLINK : Contender.JDBCIO_POOLS_DIRECT;
  private static final Contender MILLRACE =
      CHAOS ? Contender.MILLRACE_FLINK : Contender.MILLRACE_DIRECT;

  private static Run find(ConnectionsResult result, Contender contender, int maxConnections) {
    return result.runs().stream()
        .filter(run -> run.contender() == contender && run.maxConnections() == maxConnections)
        .findFirst()
        .orElseThrow();
  }

  @Tag("bench")
  @Test
  void run_shouldSpreadEveryRow() throws Exception {
    int stages = CHAOS ? 12 : 4;
    ConnectionsResult result =
        ConnectionsBench.run(
            new Options(
                ROWS, stages, 1, 2, FEW, MANY, Set.of(STOCK, MILLRACE), Duration.ofMinutes(1)),
            line -> {});

    // A run that finished with a row too few or too many would have failed the benchmark.
    for (int limit : new int[] {FEW, MANY}) {
      Run millrace = find(result, MILLRACE, limit);
      assertThat(millrace.end()).isEqualTo(End.FINISHED);
      assertThat(millrace.rowsWritten()).isEqualTo(ROWS);
      assertThat(millrace.mostConnections()).isBetween(1, FEW - OTHERS);
      assertThat(millrace.connectionsOpened()).isGreaterThanOrEqualTo(millrace.mostConnections());
      assertThat(millrace.acquire()).isNotNull();
    }
    assertThat(find(result, STOCK, MANY).end()).as("the control").isEqualTo(End.FINISHED);
    if (CHAOS) {
      Run stock = find(result, STOCK, FEW);
      assertThat(stock.end()).as("few connections").isEqualTo(End.FAILED);
      assertThat(stock.failure()).startsWith("53300 ");
      assertThat(find(result, STOCK, MANY).mostConnections()).isGreaterThan(FEW);
    }
  }

  @Test
  void options_shouldRefuse_whenTheControlHasFewer() {
    assertThatThrownBy(
            () -> new Options(1, 1, 1, 1, 20, 19, Set.of(MILLRACE), Duration.ofMinutes(1)))
        .hasMessage("Invalid number of the control's connections: 19 (must be 20 or more)");
  }
}
