// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.TestPipelineExtension;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InPoolTest {

  private static final TupleTag<Integer> EVEN = new TupleTag<>("even") {};
  private static final TupleTag<String> ODD = new TupleTag<>("odd") {};

  @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

  private PCollection<Integer> numbers(int count) {
    return pipeline.apply(Create.of(IntStream.range(0, count).boxed().toList()));
  }

  private static InPool one(String name) {
    return InPool.of(PoolSpec.of(name, 1), 1);
  }

  /** Says how many do the same at once, and how many did at most. */
  private static final class Busy {
    private static final Map<String, Busy> ALL = new ConcurrentHashMap<>();

    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    static Busy of(String name) {
      return ALL.computeIfAbsent(name, unused -> new Busy());
    }

    void begin() {
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
    }

    void end() {
      now.decrementAndGet();
    }
  }

  static final class BusyFn extends DoFn<Integer, Integer> {
    private final String name;
    private final int copies;

    BusyFn(String name, int copies) {
      this.name = name;
      this.copies = copies;
    }

    @ProcessElement
    public void process(@Element Integer element, OutputReceiver<Integer> out) {
      Busy busy = Busy.of(name);
      busy.begin();
      long end = System.nanoTime() + 500_000;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      busy.end();
      for (int i = 0; i < copies; i++) {
        out.output(element * copies + i);
      }
    }
  }

  @Test
  void apply_shouldLetNoMoreInThanThereAreSlots() {
    PCollection<Integer> numbers = numbers(200).apply(Reshuffle.viaRandomKey());
    PCollection<Integer> one =
        numbers.apply("one", one("one").apply(ParDo.of(new BusyFn("one", 1))));
    numbers.apply(
        "pair", InPool.of(PoolSpec.of("pair", 4), 2).apply(ParDo.of(new BusyFn("pair", 1))));
    PAssert.that(one).containsInAnyOrder(IntStream.range(0, 200).boxed().toList());

    pipeline.run();

    assertThat(Busy.of("one").most.get()).isEqualTo(1);
    assertThat(Busy.of("pair").most.get()).isBetween(1, 2);
    // The runner closes what it has a moment after the end of the pipeline.
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (ResourcePool.open().stream().anyMatch(pool -> pool.spec().name().equals("one"))) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void apply_shouldOutputAll_howeverManyThereAre() {
    PCollection<Integer> all =
        numbers(50).apply(one("many").apply(ParDo.of(new BusyFn("many", 100))));
    PAssert.that(all).containsInAnyOrder(IntStream.range(0, 5_000).boxed().toList());

    pipeline.run();
  }

  @Test
  void apply_shouldHoldNothing_whileWhatWasOutputIsWorkedOn() {
    // A runner that fuses calls the second within the first.
    PCollection<Integer> numbers = numbers(100);
    InPool same = one("same");
    PAssert.that(
            numbers
                .apply("first", same.apply(ParDo.of(new BusyFn("first", 20))))
                .apply("second", same.apply(ParDo.of(new BusyFn("second", 1)))))
        .containsInAnyOrder(IntStream.range(0, 2_000).boxed().toList());

    pipeline.run();
  }

  /** Asks for all that may be passed on. */
  static final class CuriousFn extends DoFn<Integer, String> {
    @ProcessElement
    public void process(
        ProcessContext context,
        @Element Integer element,
        @Timestamp Instant timestamp,
        BoundedWindow window,
        PipelineOptions options,
        MultiOutputReceiver out) {
      assertThat(context.element()).isEqualTo(element);
      assertThat(context.timestamp()).isEqualTo(timestamp);
      assertThat(options.getJobName()).isEqualTo(context.getPipelineOptions().getJobName());
      String text = element + " of " + ((IntervalWindow) window).start().getMillis();
      if (element % 2 == 0) {
        out.get(EVEN)
            .outputWithTimestamp(element, timestamp.plus(org.joda.time.Duration.millis(1)));
      } else {
        context.output(text);
      }
    }
  }

  @Test
  void apply_shouldKeepTags_windowsAndTimestamps() {
    PCollection<Integer> windowed =
        numbers(4)
            .apply(WithTimestamps.of(number -> Instant.ofEpochMilli(number * 1_000L)))
            .apply(Window.into(FixedWindows.of(org.joda.time.Duration.standardSeconds(2))));
    PCollectionTuple parts =
        windowed.apply(
            one("curious")
                .apply(ParDo.of(new CuriousFn()).withOutputTags(ODD, TupleTagList.of(EVEN))));
    PAssert.that(parts.get(ODD)).containsInAnyOrder("1 of 0", "3 of 2000");
    PAssert.that(parts.get(EVEN))
        .inWindow(new IntervalWindow(Instant.ofEpochMilli(2_000), Instant.ofEpochMilli(4_000)))
        .containsInAnyOrder(2);

    pipeline.run();
  }

  /** Keeps all to the end of its bundle. */
  static final class LateFn extends DoFn<Integer, Integer> {
    private int sum;
    private boolean isReady;

    @Setup
    public void setup() {
      isReady = true;
    }

    @StartBundle
    public void start() {
      sum = 0;
    }

    @ProcessElement
    public void process(@Element Integer element) {
      assertThat(isReady).isTrue();
      sum += element;
    }

    @FinishBundle
    public void finish(FinishBundleContext context) {
      context.output(sum, Instant.ofEpochMilli(0), GlobalWindow.INSTANCE);
    }
  }

  @Test
  void apply_shouldCallWhatABundleBeginsAndEndsWith() {
    PCollection<Integer> sums = numbers(100).apply(one("late").apply(ParDo.of(new LateFn())));
    PAssert.that(sums)
        .satisfies(
            all -> {
              int total = 0;
              for (int sum : all) {
                total += sum;
              }
              assertThat(total).isEqualTo(99 * 50);
              return null;
            });

    pipeline.run();
  }

  @Test
  void apply_shouldTakeATransformOfSeveralSteps() {
    PTransform<PCollection<Integer>, PCollection<String>> steps =
        new PTransform<>() {
          @Override
          public PCollection<String> expand(PCollection<Integer> input) {
            return input
                .apply(
                    "twice", MapElements.into(TypeDescriptors.integers()).via(number -> 2 * number))
                .apply("text", MapElements.into(TypeDescriptors.strings()).via(String::valueOf));
          }
        };
    PCollection<Integer> sliding =
        numbers(3)
            .apply(WithTimestamps.of(number -> Instant.ofEpochMilli(10_000)))
            .apply(
                Window.into(
                    SlidingWindows.of(org.joda.time.Duration.standardSeconds(2))
                        .every(org.joda.time.Duration.standardSeconds(1))));
    PAssert.that(sliding.apply("steps", one("steps").apply(steps)))
        .containsInAnyOrder("0", "2", "4", "0", "2", "4");

    pipeline.run();
  }

  @Test
  void apply_shouldGiveSlotsBack_whenTheWorkFails() {
    Pipeline failing = Pipeline.create();
    failing
        .apply(Create.of(1))
        .apply(
            one("failing")
                .apply(
                    MapElements.into(TypeDescriptors.integers())
                        .via(
                            number -> {
                              throw new IllegalStateException("no " + number);
                            })));
    assertThatThrownBy(() -> failing.run().waitUntilFinish()).hasMessageContaining("no 1");
    assertThat(ResourcePool.open())
        .filteredOn(pool -> pool.spec().name().equals("failing"))
        .allMatch(pool -> pool.look(slots -> slots.used()) == 0);
  }

  @Test
  void apply_shouldFail_whenTheDeadlineComes() throws Exception {
    PoolSpec full = PoolSpec.of("full", 1);
    try (ResourcePool pool = ResourcePool.share(full)) {
      ResourcePool.Held held = pool.acquire("hold it", 1, 0, Duration.ofMinutes(1));
      Pipeline late = Pipeline.create();
      late.apply(Create.of(1))
          .apply(
              "Score",
              InPool.of(full, 1)
                  .deadline(Duration.ofMillis(100))
                  .apply(ParDo.of(new BusyFn("late", 1))));
      assertThatThrownBy(() -> late.run().waitUntilFinish())
          .hasStackTraceContaining(": 1 of the 1 slots of pool full were not free within 0.1 s;")
          .hasStackTraceContaining("; hold it has 1 for ");
      held.close();
    }
  }

  static final class StatefulFn extends DoFn<KV<Integer, Integer>, Integer> {
    @StateId("seen")
    private final StateSpec<ValueState<Integer>> seen = StateSpecs.value(VarIntCoder.of());

    @ProcessElement
    public void process(@StateId("seen") ValueState<Integer> state) {
      state.write(1);
    }
  }

  @Test
  void apply_shouldRefuse_whatCannotBeCalledInItsPlace() {
    PCollection<Integer> numbers = Pipeline.create().apply(Create.of(1));
    PCollection<KV<Integer, Integer>> pairs =
        numbers.apply(
            MapElements.into(
                    TypeDescriptors.kvs(TypeDescriptors.integers(), TypeDescriptors.integers()))
                .via(number -> KV.of(number, number)));
    InPool pool = one("strict");

    assertThatThrownBy(() -> pairs.apply("state", pool.apply(ParDo.of(new StatefulFn()))))
        .hasMessage(
            "Cannot run ParDo(Stateful) in pool strict: its step ParDo(Stateful)/ParMultiDo(Stateful)"
                + " keeps state or sets timers");
    assertThatThrownBy(() -> numbers.apply("count", pool.apply(Count.perElement())))
        .hasMessageStartingWith(
            "Cannot run Count.PerElement in pool strict: its step Count.PerElement")
        .hasMessageEndingWith(" is no ParDo; apply it beside the pool");
    assertThatThrownBy(
            () ->
                numbers.apply(
                    "twice",
                    InPool.of("cpu", 1).apply(pool.apply(ParDo.of(new BusyFn("twice", 1))))))
        .hasMessageContaining("is in a pool already; name all pools in one InPool");
    assertThatThrownBy(
            () ->
                numbers.apply(
                    "side",
                    pool.apply(
                        ParDo.of(new BusyFn("side", 1))
                            .withSideInputs(numbers.apply(View.asSingleton())))))
        .hasMessageContaining(" has side inputs");
    assertThatThrownBy(() -> numbers.apply("view", pool.apply(View.asSingleton())))
        .hasMessageContaining("Cannot run View.AsSingleton in pool strict: ");
  }

  @Test
  void of_shouldRefuse_whatCanNeverBeHad() {
    PoolSpec two = PoolSpec.of("two", 2);
    assertThatThrownBy(() -> InPool.of(two, 3))
        .hasMessage("Invalid slots: 3 of pool two (must be from 1 to the 2 that it has)");
    assertThatThrownBy(() -> InPool.of("gpu", 1))
        .hasMessage("Invalid pool: gpu (must be cpu, memory, io, or a PoolSpec of your own)");
    assertThatThrownBy(() -> InPool.of(two, 1).and(two, 2))
        .hasMessage("Invalid pool: two (must be named once, and is already, with 1 slots)");
    assertThatThrownBy(() -> InPool.of(two, 1).priority(1_001))
        .hasMessage("Invalid priority: 1001 (must be from -1000 to 1000)");
    assertThatThrownBy(() -> InPool.of(two, 1).deadline(Duration.ZERO))
        .hasMessage("Invalid deadline: PT0S (must be above 0 s)");
  }

  @Test
  void and_shouldTakeSeveralPools_inOneOrder() {
    PoolSpec a = PoolSpec.of("pool-a", 1);
    PoolSpec b = PoolSpec.of("pool-b", 1);
    PCollection<Integer> numbers = numbers(100).apply(Reshuffle.viaRandomKey());
    numbers.apply("ab", InPool.of(a, 1).and(b, 1).apply(ParDo.of(new BusyFn("ab", 1))));
    numbers.apply("ba", InPool.of(b, 1).and(a, 1).apply(ParDo.of(new BusyFn("ab", 1))));

    pipeline.run();

    assertThat(Busy.of("ab").most.get()).isEqualTo(1);
  }
}
