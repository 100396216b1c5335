// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BottleneckTest {

  private static StageTime stage(String name, Map<Spent, Integer> seconds) {
    Map<Spent, Long> nanos = new EnumMap<>(Spent.class);
    seconds.forEach((spent, each) -> nanos.put(spent, TimeUnit.SECONDS.toNanos(each)));
    return new StageTime(name, nanos, 0, IoBytes.NONE, Moved.NOTHING, "");
  }

  private static Bottleneck of(StageTime... stages) {
    return Bottleneck.of(List.of(stages)).orElseThrow();
  }

  @Test
  void of_shouldFindNothing_whenNothingWasSpent() {
    assertThat(Bottleneck.of(List.of())).isEmpty();
    assertThat(Bottleneck.of(List.of(stage("read", Map.of())))).isEmpty();
  }

  @Test
  void of_shouldNameTheStageThatIsDownstream_whenARunnerFuses() {
    Bottleneck found =
        of(
            stage("read", Map.of(Spent.DOWNSTREAM, 90, Spent.DATABASE, 10)),
            stage("write", Map.of(Spent.DATABASE, 70, Spent.WORKING, 20)));
    assertThat(found.stage().stage()).isEqualTo("write");
    assertThat(found.cause()).isEqualTo(Spent.DATABASE);
    assertThat(found.share()).isEqualTo(70 / 90.0);
  }

  @Test
  void of_shouldNameTheSource_whenItIsTheSlowerOne() {
    Bottleneck found =
        of(
            stage("read", Map.of(Spent.DATABASE, 60, Spent.WORKING, 10)),
            stage("write", Map.of(Spent.DATABASE, 20, Spent.WORKING, 20)));
    assertThat(found.stage().stage()).isEqualTo("read");
    assertThat(found.cause()).isEqualTo(Spent.DATABASE);
  }

  @Test
  void of_shouldNameTheLock_whenWhoWaitsForItKeepsOthersFromTheirConnections() {
    assertThat(of(stage("write", Map.of(Spent.CONNECTION, 30, Spent.LOCK, 9, Spent.DATABASE, 1))))
        .extracting(Bottleneck::cause)
        .isEqualTo(Spent.LOCK);
    assertThat(of(stage("write", Map.of(Spent.CONNECTION, 30, Spent.LOCK, 4, Spent.DATABASE, 6))))
        .extracting(Bottleneck::cause)
        .isEqualTo(Spent.CONNECTION);
  }

  @Test
  void of_shouldNameTheCollector_whenItTakesAQuarterOfAll() {
    StageTime write = stage("write", Map.of(Spent.DATABASE, 50, Spent.GC, 5));
    Bottleneck found = of(stage("read", Map.of(Spent.WORKING, 20, Spent.GC, 21)), write);
    assertThat(found.stage().stage()).isEqualTo("read");
    assertThat(found.cause()).isEqualTo(Spent.GC);
    found = of(stage("read", Map.of(Spent.WORKING, 20, Spent.GC, 10)), write);
    assertThat(found.stage().stage()).isEqualTo("write");
    assertThat(found.cause()).isEqualTo(Spent.DATABASE);
  }

  @Test
  void rest_shouldBeOfTheOwnTimeOfAllStages() {
    Bottleneck found =
        of(
            stage("read", Map.of(Spent.DOWNSTREAM, 80, Spent.WORKING, 20)),
            stage("map", Map.of(Spent.WORKING, 60, Spent.REST, 20)));
    assertThat(found.rest()).isEqualTo(0.2);
  }
}
