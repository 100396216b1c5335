// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageTest {

  private static void await(int millis) {
    try {
      assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
  }

  private static void compute(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static StageTime time(String stage) {
    return requireNonNull(Stage.times().get(stage));
  }

  @Test
  void enter_shouldTellWorkFromWaits_evenWithinAWait() {
    long start = System.nanoTime();
    try (Stage.Span span = Stage.enter("a")) {
      compute(100);
      try (Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
        await(100);
        compute(100);
      }
      await(50);
    }
    double all = (System.nanoTime() - start) / 1e9;
    StageTime a = time("a");
    assertThat(a.seconds()).isBetween(0.34, all);
    double computed = a.seconds(Spent.WORKING) + a.seconds(Spent.PROCESSOR) + a.seconds(Spent.GC);
    // On a busy machine a wait is followed by one for a processor.
    assertThat(computed).isBetween(0.15, all - 0.08);
    assertThat(a.seconds(Spent.DATABASE)).isBetween(0.08, all - 0.2);
    assertThat(a.seconds(Spent.REST)).isBetween(0.03, all - 0.2);
  }

  @Test
  void enter_shouldMakeTheOuterStageWait_whenAnotherIsWithin() {
    try (Stage.Span outer = Stage.enter("outer");
        Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
      Stage.downstream(
              millis -> {
                try (Stage.Span inner = Stage.enter("inner")) {
                  await(100);
                }
              })
          .accept(0);
    }
    assertThat(time("outer").seconds(Spent.DOWNSTREAM)).isGreaterThan(0.09);
    assertThat(time("outer").ownSeconds()).isLessThan(time("outer").seconds(Spent.DOWNSTREAM));
    assertThat(time("inner").seconds(Spent.REST)).isGreaterThan(0.09);
    assertThat(time("inner").seconds(Spent.DOWNSTREAM)).isZero();
  }

  @Test
  void locked_shouldBeAPartOfTheWait_andNotMoreThanIt() {
    try (Stage.Span span = Stage.enter("locked")) {
      try (Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
        await(100);
        wait.locked(TimeUnit.MILLISECONDS.toNanos(40), "session 7");
      }
      try (Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
        wait.locked(TimeUnit.HOURS.toNanos(1), "session 8");
      }
    }
    StageTime locked = time("locked");
    assertThat(locked.seconds(Spent.LOCK)).isBetween(0.04, 0.06);
    assertThat(locked.seconds(Spent.DATABASE)).isGreaterThan(0.03);
    assertThat(locked.holder()).isEqualTo("session 8");
  }

  @Test
  void waiting_shouldCallItLoading_whenACacheAsksADatabase() {
    try (Stage.Span span = Stage.enter("loading");
        Stage.Wait loading = Stage.waiting(Spent.LOADING)) {
      try (Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
        await(50);
      }
      try (Stage.Wait wait = Stage.waiting(Spent.CONNECTION)) {
        await(50);
      }
    }
    assertThat(time("loading").seconds(Spent.LOADING)).isGreaterThan(0.04);
    assertThat(time("loading").seconds(Spent.CONNECTION)).isGreaterThan(0.04);
    assertThat(time("loading").seconds(Spent.DATABASE)).isZero();
  }

  @Test
  void enter_shouldCountWhatIsReadAndWritten_inTheStageOnly(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    Files.write(file, new byte[300_000]);
    Map<String, StageTime> before = Stage.times();
    try (Stage.Span outer = Stage.enter("writes")) {
      Files.write(file, new byte[2_000_000]);
      try (Stage.Span inner = Stage.enter("reads")) {
        Files.readAllBytes(file);
      }
    }
    Files.readAllBytes(file);
    assertThat(Stage.since(before))
        .extracting(StageTime::stage)
        .containsExactlyInAnyOrder("writes", "reads");
    assertThat(time("writes").io().written()).isEqualTo(2_000_000);
    assertThat(time("reads").io().written()).isZero();
    // Classes may be loaded on the way.
    assertThat(time("reads").io().read()).isBetween(2_000_000L, 2_300_000L);
    assertThat(time("writes").io().read()).isLessThan(300_000);
  }

  @Test
  void enter_shouldTellARecording_whichStageAThreadIsIn(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("changes.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(StageChange.NAME);
      recording.start();
      try (Stage.Span outer = Stage.enter("one");
          Stage.Wait wait = Stage.waiting(Spent.SLOT);
          Stage.Span inner = Stage.enter("two")) {
        compute(1);
      }
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file))
        .filteredOn(event -> event.getEventType().getName().equals(StageChange.NAME))
        .filteredOn(event -> event.getThread().getJavaThreadId() == Thread.currentThread().getId())
        .extracting(event -> event.getString("from") + ">" + event.getString("to"))
        .containsExactly(">one", "one>two", "two>one", "one>");
  }

  @Test
  void waiting_shouldDoNothing_outsideOfStages() {
    Map<String, StageTime> before = Stage.times();
    try (Stage.Wait wait = Stage.waiting(Spent.CONNECTION)) {
      await(20);
      wait.locked(1, "nobody");
    }
    assertThat(Stage.since(before)).isEmpty();
  }

  @Test
  void times_shouldHaveWhatIsUnderWay() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread other =
        new Thread(
            () -> {
              try (Stage.Span outer = Stage.enter("under");
                  Stage.Span span = Stage.enter("way");
                  Stage.Wait wait = Stage.waiting(Spent.SLOT)) {
                begun.countDown();
                end.await();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            });
    other.start();
    begun.await();
    await(100);
    assertThat(time("way").seconds(Spent.SLOT)).isGreaterThan(0.08);
    assertThat(time("under").seconds(Spent.DOWNSTREAM)).isGreaterThan(0.08);
    end.countDown();
    other.join();
    double ended = time("way").seconds();
    await(20);
    assertThat(time("way").seconds()).isEqualTo(ended);
  }

  @Test
  void enter_shouldCountStagesBeyondTheBoundAsOne() throws Exception {
    assertThat(ChildJvm.output(List.of(), ManyStagesChild.class)).isEqualTo("501 true");
  }

  @Test
  void enter_shouldCountWhatIsAllocated() {
    byte[][] kept = new byte[8][];
    try (Stage.Span span = Stage.enter("allocating")) {
      for (int i = 0; i < kept.length; i++) {
        kept[i] = new byte[1 << 20];
      }
    }
    assertThat(time("allocating").allocatedBytes()).isBetween(8L << 20, 9L << 20);
    assertThat(kept[7]).hasSize(1 << 20);
  }
}
