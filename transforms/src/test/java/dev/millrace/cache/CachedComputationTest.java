// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CachedComputationTest {

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final int ELEMENTS = 5000;
  private static final int DISTINCT = 40;

  private final String name = "squares-" + NAMES.incrementAndGet();

  @BeforeEach
  void forget() {
    CALLS.set(0);
  }

  private static @Nullable Integer squareOfOdd(Integer number) {
    CALLS.incrementAndGet();
    return number % 2 == 0 ? null : number * number;
  }

  private CachedComputation<Integer, Integer> squares() {
    return CachedComputation.of(name, CachedComputationTest::squareOfOdd, VarIntCoder.of());
  }

  private static Pipeline pipeline(String runner) {
    return Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
  }

  private static void run(Pipeline pipeline, CachedComputation<Integer, Integer> computation) {
    List<Integer> numbers = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < ELEMENTS; i++) {
      int number = i % DISTINCT;
      numbers.add(number);
      expected.add(number + " " + (number % 2 == 0 ? "null" : number * number));
    }
    PCollection<String> found =
        pipeline
            .apply(Create.of(numbers))
            .apply(computation)
            .apply(
                MapElements.into(TypeDescriptors.strings())
                    .via(each -> each.getKey() + " " + each.getValue()));
    PAssert.that(found).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void computation_shouldBeDoneOnceForEachValue(String runner) {
    run(pipeline(runner), squares());
    assertThat(CALLS).hasValue(DISTINCT);
  }

  @Test
  void withoutCache_shouldComputeEachElement() {
    run(pipeline("DirectRunner"), squares().withoutCache());
    assertThat(CALLS).hasValue(ELEMENTS);
  }

  @ParameterizedTest
  @CsvSource({"1, x, 1", "2, x, 2", "1, y, 2"})
  void computation_shouldShareResults_ofTheSameVersionAndParametersOnly(
      int version, String parameters, int times) {
    Pipeline pipeline = pipeline("DirectRunner");
    PCollection<Integer> numbers = pipeline.apply(Create.of(3));
    numbers.apply("First", squares().version(1).parameters("x"));
    numbers.apply("Second", squares().version(version).parameters(parameters));
    pipeline.run().waitUntilFinish();
    assertThat(CALLS).hasValue(times);
  }

  /** What takes long to load. */
  private static final class Model implements AutoCloseable {
    private static final AtomicInteger OPENED = new AtomicInteger();
    private static final AtomicInteger OPEN = new AtomicInteger();

    Model() {
      OPENED.incrementAndGet();
      OPEN.incrementAndGet();
    }

    @Nullable Integer squareOfOdd(Integer number) {
      assertThat(OPEN).hasPositiveValue();
      return CachedComputationTest.squareOfOdd(number);
    }

    @Override
    public void close() {
      OPEN.decrementAndGet();
    }
  }

  @ParameterizedTest
  @CsvSource({"DirectRunner, true", "DirectRunner, false", "FlinkRunner, true"})
  void using_shouldOpenOneResourceForASlot_andCloseIt(String runner, boolean cached) {
    int before = Model.OPENED.get();
    CachedComputation<Integer, Integer> squares =
        CachedComputation.using(name, Model::new, Model::squareOfOdd, VarIntCoder.of());
    run(pipeline(runner), cached ? squares : squares.withoutCache());
    assertThat(CALLS).hasValue(cached ? DISTINCT : ELEMENTS);
    assertThat(Model.OPENED.get() - before)
        .isBetween(1, Math.max(3, Runtime.getRuntime().availableProcessors()));
    assertThat(Model.OPEN).hasValue(0);
  }

  @Test
  void computation_shouldRefuseWhatIsNoKey() {
    Pipeline pipeline = pipeline("DirectRunner");
    PCollection<Double> numbers = pipeline.apply(Create.of(1.5));
    CachedComputation<Double, String> text =
        CachedComputation.of("text", String::valueOf, StringUtf8Coder.of());
    assertThatThrownBy(() -> numbers.apply(text))
        .hasMessageStartingWith("Invalid coder of the elements of text: DoubleCoder")
        .hasMessageEndingWith("(must be deterministic, as its bytes are the key)");
    assertThatThrownBy(() -> CachedComputation.of("a b", String::valueOf, StringUtf8Coder.of()))
        .hasMessage(
            "Invalid name of a cache: a b (must be 1 to 100 letters, digits, dots, dashes or underscores, the first a letter or digit)");
  }
}
