// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.run.Grid;
import dev.millrace.monitor.run.Grid.State;
import dev.millrace.pipelines.airquality.Unit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnitGridTest {

  private final AtomicLong seconds = new AtomicLong();
  private final UnitGrid units = new UnitGrid(() -> TimeUnit.SECONDS.toNanos(seconds.get()));

  @Test
  void grid_shouldHaveStagesAndUnitsInTheirOrder() {
    units.set(silver(1), State.PLANNED);
    units.set(silver(2), State.PLANNED);
    units.set(new Unit("gold", "2013-01-01/2013-02-01"), State.PLANNED);
    units.set(silver(2), State.RUNNING);
    units.set(silver(1), State.FAILED);

    assertThat(units.grid())
        .isEqualTo(
            new Grid(
                List.of(
                    new Grid.Lane("silver", List.of("2013-01", "2013-02"), "!>"),
                    new Grid.Lane("gold", List.of("2013-01"), "."))));
  }

  @Test
  void grid_shouldTellWhatIsLate_onceSomeAreDone() {
    for (int month = 1; month <= 4; month++) {
      units.set(silver(month), State.RUNNING);
    }
    seconds.set(20);
    units.set(silver(1), State.DONE);
    units.set(silver(2), State.DONE);
    seconds.set(1_000);
    assertThat(marks()).isEqualTo("##>>"); // Two say nothing yet.

    seconds.set(20);
    units.set(silver(3), State.DONE);
    seconds.set(60);
    assertThat(marks()).isEqualTo("###>");
    seconds.set(61);
    assertThat(marks()).isEqualTo("###~");
    units.set(silver(4), State.DONE);
    assertThat(marks()).isEqualTo("####");
  }

  @Test
  void grid_shouldBePatient_withWhatIsQuick() {
    for (int month = 1; month <= 4; month++) {
      units.set(silver(month), State.RUNNING);
    }
    for (int month = 1; month <= 3; month++) {
      units.set(silver(month), State.DONE);
    }
    seconds.set(10);
    assertThat(marks()).isEqualTo("###>");
    seconds.set(11);
    assertThat(marks()).isEqualTo("###~");
  }

  private String marks() {
    return units.grid().lanes().get(0).marks();
  }

  private static Unit silver(int month) {
    return new Unit("silver", "2013-%02d-01/2013-%02d-01".formatted(month, month + 1));
  }
}
