// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.observe.Bottleneck;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.splittabledofn.OffsetRangeTracker;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunksTest {

  /** How often the chunk that begins at a record was opened and closed. */
  private static final Map<Long, AtomicInteger> OPENED = new ConcurrentHashMap<>();

  private static final Map<Long, AtomicInteger> CLOSED = new ConcurrentHashMap<>();
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final AtomicInteger MOST_OPEN = new AtomicInteger();
  private static final CountDownLatch STARTED = new CountDownLatch(1);
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  @BeforeEach
  void forget() {
    OPENED.clear();
    CLOSED.clear();
    MOST_OPEN.set(0);
  }

  /** Counts from the first record to the last, and keeps account of itself. */
  private static class Numbers implements Chunk<Long> {
    private final long from;
    private final long to;
    private long next;

    Numbers(long from, long to) {
      this.from = from;
      this.to = to;
      this.next = from;
      count(OPENED, from);
      MOST_OPEN.accumulateAndGet(OPEN.incrementAndGet(), Math::max);
    }

    @Override
    public @Nullable Long next() throws Exception {
      return next < to ? Long.valueOf(next++) : null;
    }

    @Override
    public void close() throws Exception {
      OPEN.decrementAndGet();
      count(CLOSED, from);
    }

    private static void count(Map<Long, AtomicInteger> counts, long from) {
      counts.computeIfAbsent(from, unused -> new AtomicInteger()).incrementAndGet();
    }
  }

  /** Fails in the middle, and again when it is closed. */
  private static final class Failing extends Numbers {
    Failing(long from, long to) {
      super(from, to);
    }

    @Override
    public @Nullable Long next() throws Exception {
      Long number = super.next();
      if (number != null && number == 345) {
        throw new IOException("no 345");
      }
      return number;
    }

    @Override
    public void close() throws Exception {
      super.close();
      throw new IOException("not closed");
    }
  }

  /** Goes on until it is interrupted. */
  private static final class Endless implements Chunk<Long> {
    private final boolean waits;

    Endless(boolean waits) {
      Numbers.count(OPENED, 0);
      this.waits = waits;
    }

    @Override
    public Long next() throws InterruptedException {
      STARTED.countDown();
      if (waits) {
        NEVER.await();
      }
      return 1L;
    }

    @Override
    public void close() {
      Numbers.count(CLOSED, 0);
    }
  }

  private static Pipeline pipeline(String runner) {
    return Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void chunks_shouldDoEachRecordOnce_andCloseEachChunkOnce(String runner) {
    Pipeline pipeline = pipeline(runner);
    List<Long> expected = LongStream.range(0, 12_345).boxed().toList();

    PCollection<Long> numbers =
        pipeline.apply(Chunks.of(12_345, VarLongCoder.of(), Numbers::new).size(100).parallelism(3));
    PAssert.that(numbers)
        .satisfies(
            found -> {
              List<Long> sorted = new ArrayList<>();
              found.forEach(sorted::add);
              Collections.sort(sorted);
              assertThat(sorted).isEqualTo(expected);
              return null;
            });
    pipeline.run().waitUntilFinish();

    assertThat(OPENED).hasSize(124).allSatisfy((from, times) -> assertThat(times).hasValue(1));
    assertThat(CLOSED).hasSize(124).allSatisfy((from, times) -> assertThat(times).hasValue(1));
    assertThat(OPEN).hasValue(0);
    assertThat(MOST_OPEN).hasValueLessThanOrEqualTo(3 * Chunks.SPLITS_PER_THREAD);
  }

  @Test
  void chunks_shouldBeNone_ofNoRecords() {
    Pipeline pipeline = pipeline("DirectRunner");

    PAssert.that(pipeline.apply(Chunks.of(0, VarLongCoder.of(), Numbers::new))).empty();
    pipeline.run().waitUntilFinish();

    assertThat(OPENED).isEmpty();
  }

  @Test
  void close_shouldFollowAFailure_whichKeepsThatOfClosing() {
    Pipeline pipeline = pipeline("DirectRunner");
    pipeline.apply(Chunks.of(1_000, VarLongCoder.of(), Failing::new).size(1_000));

    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .rootCause()
        .hasMessage("no 345")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed()).extracting("message").contains("not closed"));
    assertThat(CLOSED.get(0L)).hasValue(1);
  }

  @Test
  void close_shouldFollowAFailureOfTheNextStep_onARunnerThatFuses() {
    Pipeline pipeline = pipeline("FlinkRunner");
    pipeline
        .apply(Chunks.of(1_000, VarLongCoder.of(), Numbers::new).size(1_000))
        .apply(MapElements.into(TypeDescriptors.longs()).via(number -> 1 / (number - 345)));

    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasRootCauseInstanceOf(ArithmeticException.class);
    assertThat(CLOSED.get(0L)).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_shouldFollowAnInterruption(boolean waits) throws Exception {
    ChunksFn<Long> fn = new ChunksFn<>((from, to) -> new Endless(waits), "make", 1, 1, 1);
    List<Throwable> failures = new ArrayList<>();
    Thread worker =
        new Thread(
            () -> {
              try {
                fn.process(
                    new OffsetRangeTracker(new OffsetRange(0, 1)), new Received<>(number -> {}));
              } catch (Exception failure) {
                failures.add(failure);
              }
            });

    worker.start();
    STARTED.await();
    worker.interrupt();
    worker.join();

    assertThat(failures).singleElement().isInstanceOf(InterruptedException.class);
    assertThat(CLOSED.get(0L)).hasValue(1);
  }

  @Test
  void chunk_shouldBeTheLast_whenTheRunnerTakesTheRest() throws Exception {
    OffsetRangeTracker tracker = new OffsetRangeTracker(new OffsetRange(0, 10));
    ChunksFn<Long> fn =
        new ChunksFn<>(
            (from, to) -> {
              tracker.trySplit(0);
              return new Numbers(from, to);
            },
            "make",
            100,
            10,
            1);

    assertThat(fn.process(tracker, new Received<>(number -> {})).shouldResume()).isFalse();

    tracker.checkDone();
    assertThat(CLOSED.keySet()).containsExactly(0L);
  }

  @Test
  void chunks_shouldTakeNoMoreMemory_forMoreRecords() throws Exception {
    // Twice the heap.
    assertThat(ChunksChild.run("64m", 16_384, 8_192)).isEqualTo("16384");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void chunks_shouldTellWhatTheyLeaveBehind(boolean leaks) throws Exception {
    List<String> said = KeptChild.run(leaks);

    assertThat(said).hasSize(4).startsWith("make samples", "" + KeptChild.CHUNKS);
    long kept = Long.parseLong(said.get(2));
    if (leaks) {
      assertThat(kept).isBetween(KeptChild.BYTES * 8L / 10, KeptChild.BYTES * 12L / 10);
      assertThat(said.get(3))
          .containsPattern(
              "in use after its collections, \\S+KiB more with each of the 300 chunks that were"
                  + " closed by make samples");
    } else {
      assertThat(kept).isBetween(0L, KeptChild.BYTES / 10L);
      assertThat(said.get(3)).doesNotContain("make samples");
    }
  }

  /** Takes its time for each element. */
  private static final class Slow implements Chunk<Long> {
    private final long to;
    private long next;

    Slow(long from, long to) {
      this.to = to;
      this.next = from;
    }

    @Override
    public @Nullable Long next() throws InterruptedException {
      NEVER.await(20, TimeUnit.MILLISECONDS);
      return next < to ? Long.valueOf(next++) : null;
    }
  }

  private static long spin(long element) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return element;
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void chunks_shouldBeAStage_withoutTheStepsThatFollow(String runner) {
    Map<String, StageTime> before = Stage.times();
    Pipeline pipeline = pipeline(runner);
    pipeline
        .apply(Chunks.of(50, VarLongCoder.of(), Slow::new).named("slow " + runner).size(10))
        .apply(MapElements.into(TypeDescriptors.longs()).via(ChunksTest::spin));

    pipeline.run().waitUntilFinish();

    List<StageTime> times = Stage.since(before);
    StageTime time =
        times.stream()
            .filter(each -> each.stage().equals("make slow " + runner))
            .findFirst()
            .orElseThrow();
    assertThat(time.seconds(Spent.REST)).isGreaterThan(0.8);
    if (runner.equals("FlinkRunner")) {
      assertThat(time.seconds(Spent.DOWNSTREAM)).isGreaterThan(0.25);
    }
    assertThat(time.seconds(Spent.WORKING)).isLessThan(0.2);
    assertThat(Bottleneck.of(times).orElseThrow().stage()).isEqualTo(time);
  }

  @Test
  void named_shouldNameTheStep() {
    Chunks<Long> chunks = Chunks.of(1, VarLongCoder.of(), Numbers::new);

    assertThat(chunks.getName()).isEqualTo("Chunks");
    assertThat(chunks.named("orders").size(2).getName()).isEqualTo("orders");
  }

  @Test
  void with_shouldRefuseWhatCannotBe() {
    List<Runnable> wrong = new ArrayList<>();
    Chunks<Long> chunks = Chunks.of(1, VarLongCoder.of(), Numbers::new);
    wrong.add(() -> Chunks.of(-1, VarLongCoder.of(), Numbers::new));
    wrong.add(() -> chunks.size(0));
    wrong.add(() -> chunks.parallelism(0));
    wrong.add(() -> chunks.named(" "));

    assertThat(wrong)
        .allSatisfy(
            each ->
                assertThatThrownBy(each::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Invalid "));
    assertThat(Set.copyOf(OPENED.keySet())).isEmpty();
  }
}
