// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.run.Grid.Lane;
import dev.millrace.monitor.run.Grid.State;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GridTest {

  @Test
  void text_shouldHaveAMarkForEachPart() {
    Grid grid = new Grid(List.of(lane("silver", "##=>~.!"), lane("gold", "#......")));
    assertThat(grid.text(80))
        .containsExactly(
            "silver [##=>~.!] 1 unchanged, 2 done, 1 planned, 1 running, 1 late, 1 failed",
            "gold   [#......] 1 done, 6 planned");
  }

  @Test
  void text_shouldShowTheWorst_whereNeighboursShareAMark() {
    String marks = "#".repeat(4_000) + "!" + "#".repeat(2_999) + ">>" + ".".repeat(2_998);
    String line = new Grid(List.of(lane("silver", marks))).text(100).get(0);
    assertThat(line).hasSize(100).contains("#!#", "#>.", "6,999 done", "1 failed");
    assertThat(line.chars().filter(mark -> mark == '!')).hasSize(1);
  }

  @Test
  void text_shouldBeCut_whereThereIsNoRoom() {
    assertThat(new Grid(List.of(lane("silver", "#".repeat(50)))).text(15))
        .containsExactly("silver [#######");
  }

  @Test
  void count_shouldCountAState() {
    assertThat(lane("silver", "##!").count(State.DONE)).isEqualTo(2);
    assertThat(lane("silver", "##!").count(State.LATE)).isZero();
  }

  @Test
  void lane_shouldHaveAsManyMarksAsParts() {
    assertThatThrownBy(() -> new Lane("silver", List.of("2013-03"), "##"))
        .hasMessage("Invalid marks: 2 (must be as many as parts, 1)");
  }

  @Test
  void json_shouldComeBack() {
    Grid grid = new Grid(List.of(lane("silver", "#!")));
    assertThat(Json.read(Json.write(grid), Grid.class)).isEqualTo(grid);
  }

  private static Lane lane(String name, String marks) {
    return new Lane(
        name, IntStream.range(0, marks.length()).mapToObj(String::valueOf).toList(), marks);
  }
}
