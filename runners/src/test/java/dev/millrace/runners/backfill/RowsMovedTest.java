// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.observe.Measure;
import org.junit.jupiter.api.Test;

class RowsMovedTest {

  @Test
  void parent_shouldCountWhatAChildTellsOnce() {
    long read = Measure.ROWS_READ.total();
    long written = Measure.ROWS_WRITTEN.total();
    RowsMoved moved = new RowsMoved();

    assertThat(moved.count("moved read=10 written=4")).isTrue();
    assertThat(moved.count("moved read=25 written=4")).isTrue();
    assertThat(moved.count("moved read=x")).isFalse();
    moved.count(30, 9);

    assertThat(Measure.ROWS_READ.total() - read).isEqualTo(30);
    assertThat(Measure.ROWS_WRITTEN.total() - written).isEqualTo(9);
  }

  @Test
  void child_shouldTellOnlyWhatIsNew() {
    Measure.registry().counter(Measure.ROWS_READ.metric()).inc();
    RowsMoved moved = new RowsMoved();

    assertThat(moved.line().orElseThrow())
        .isEqualTo(
            "moved read=%d written=%d"
                .formatted(Measure.ROWS_READ.total(), Measure.ROWS_WRITTEN.total()));
    assertThat(moved.line()).isEmpty();
  }
}
