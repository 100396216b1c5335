// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StageTimesTest {

  @Test
  void at_shouldBeTheStageOfTheLastChange_whateverTheOrderTheyWereReadIn() {
    StageTimes times = new StageTimes();
    times.add(1, 30, "b", "");
    times.add(1, 10, "", "a");
    times.add(2, 15, "", "c");
    times.add(1, 20, "a", "b");
    assertThat(times.at(1, 9)).isEmpty();
    assertThat(times.at(1, 10)).isEqualTo("a");
    assertThat(times.at(1, 19)).isEqualTo("a");
    assertThat(times.at(1, 20)).isEqualTo("b");
    assertThat(times.at(1, 31)).isEmpty();
    assertThat(times.at(2, 99)).isEqualTo("c");
    assertThat(times.at(3, 20)).isEmpty();
  }

  @Test
  void at_shouldKnowTheStage_whenTheChangeIntoItIsLost() {
    StageTimes times = new StageTimes();
    times.add(1, 100, "a", "b");
    assertThat(times.at(1, 1)).isEqualTo("a");
  }
}
