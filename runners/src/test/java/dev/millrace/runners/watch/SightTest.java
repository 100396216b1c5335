// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.monitor.run.Snapshot;
import dev.millrace.observe.Measure;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.run.Run;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SightTest {

  private static final Duration WHILE = Duration.ofMillis(50);

  private final Stop stop = Stop.byHand();
  private final Run run = new Run(new TestConsole().console(), new CommonOptions(), stop);
  private final Sight sight = new Sight(run);

  @AfterEach
  void close() {
    stop.close();
  }

  @Test
  void snapshot_shouldTellRatesSinceTheOneBefore_whenNobodyAsksForFigures() {
    Snapshot first = later(100);
    Snapshot second = later(700);

    double seconds = second.seconds() - first.seconds();
    assertThat(second.totals()).containsEntry("rows_read", 800.0);
    assertThat(second.perSecond().get("rows_read")).isCloseTo(700 / seconds, within(1e-6));
  }

  @Test
  void figures_shouldTellSharesSinceTheOnesBefore_whenSnapshotsAreTakenBetween() {
    sight.figures(later(0));
    later(0);

    assertThat(sight.figures(sight.snapshot(Instant.now())).get("processors"))
        .isBetween(0.0, 2.0 * Runtime.getRuntime().availableProcessors());
  }

  /** How the run stands when some time has passed and some rows were read. */
  private Snapshot later(long rows) {
    Duration start = run.elapsed();
    while (run.elapsed().minus(start).compareTo(WHILE) < 0) {
      Thread.onSpinWait();
    }
    Measure.registry().counter(Measure.ROWS_READ.metric()).inc(rows);
    return sight.snapshot(Instant.now());
  }
}
