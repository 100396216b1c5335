// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatefulCacheTest {

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @BeforeEach
  void forget() {
    CALLS.set(0);
  }

  /** Even keys have none. */
  private static @Nullable String ask(Integer key) {
    int call = CALLS.incrementAndGet();
    return key % 2 == 0 ? null : "answer " + call;
  }

  private static StatefulCache<Integer, String, String> cache() {
    return StatefulCache.of(StatefulCacheTest::ask, StringUtf8Coder.of());
  }

  private static PCollection<String> texts(PCollection<KV<String, String>> found) {
    return found.apply(
        MapElements.into(TypeDescriptors.strings())
            .via(each -> each.getKey() + ": " + each.getValue()));
  }

  private static TestStream.Builder<KV<Integer, String>> stream() {
    return TestStream.create(KvCoder.of(VarIntCoder.of(), StringUtf8Coder.of()))
        .advanceWatermarkTo(Instant.ofEpochMilli(0));
  }

  private static TimestampedValue<KV<Integer, String>> at(int second, int key) {
    return TimestampedValue.of(KV.of(key, "s" + second), Instant.ofEpochMilli(second * 1000L));
  }

  private static void assertFound(
      TestStream<KV<Integer, String>> stream,
      StatefulCache<Integer, String, String> cache,
      String... expected) {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(texts(pipeline.apply(stream).apply(cache))).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void eventTime_shouldEndWithTheElementThatIsLater_orTheWatermark() {
    assertFound(
        stream()
            .addElements(at(0, 1))
            .addElements(at(59, 1))
            .addElements(at(60, 1))
            .addElements(at(61, 1))
            .advanceWatermarkTo(Instant.ofEpochMilli(125_000))
            .addElements(at(126, 1))
            .advanceWatermarkToInfinity(),
        cache().inEventTime(MINUTE),
        "s0: answer 1",
        "s59: answer 1",
        "s60: answer 2",
        "s61: answer 2",
        "s126: answer 3");
  }

  @Test
  void processingTime_shouldEndWithTheTimer() {
    assertFound(
        stream()
            .addElements(at(0, 1))
            .advanceProcessingTime(org.joda.time.Duration.standardSeconds(59))
            .addElements(at(500, 1))
            .advanceProcessingTime(org.joda.time.Duration.standardSeconds(2))
            .addElements(at(1, 1))
            .advanceWatermarkToInfinity(),
        cache().inProcessingTime(MINUTE),
        "s0: answer 1",
        "s500: answer 1",
        "s1: answer 2");
  }

  @Test
  void cache_shouldKeepThatThereIsNone() {
    assertFound(
        stream()
            .addElements(at(0, 2))
            .addElements(at(1, 2))
            .addElements(at(2, 2))
            .advanceWatermarkToInfinity(),
        cache(),
        "s0: null",
        "s1: null",
        "s2: null");
    assertThat(CALLS).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void bounded_shouldAskOnceForEachKey(String runner) {
    List<KV<Integer, String>> elements = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      elements.add(KV.of(i % 30, "s" + i));
    }
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
    PCollection<String> texts =
        texts(
            pipeline
                .apply(Create.of(elements))
                .apply(cache().inProcessingTime(Duration.ofHours(1))));
    PAssert.that(texts)
        .satisfies(
            found -> {
              assertThat(found).hasSize(2000);
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertThat(CALLS).hasValue(30);
  }

  @Test
  void cache_shouldRefuseNoTime() {
    assertThatThrownBy(() -> cache().inEventTime(Duration.ZERO))
        .hasMessage("Invalid time to live: PT0S (must be 1 ms or more)");
  }
}
