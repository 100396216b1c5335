// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Collections;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class TestPipelineExtensionTest {

  @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

  @Test
  void run_shouldCheckAssertions() {
    PAssert.that(pipeline.apply(Create.of("a", "b"))).containsInAnyOrder("b", "a");
    pipeline.run();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_shouldWorkOnceForEachParameter(int elements) {
    PAssert.thatSingleton(
            pipeline
                .apply("Numbers", Create.of(Collections.nCopies(elements, 7)))
                .apply(Count.globally()))
        .isEqualTo((long) elements);
    pipeline.run();
  }

  @Test
  void enforcement_shouldFailATest_whenItForgetsToRun() {
    assertThat(failureOf("abandoned")).isInstanceOf(TestPipeline.PipelineRunMissingException.class);
  }

  @Test
  void enforcement_shouldFailATest_whenItAddsATransformAfterTheRun() {
    assertThat(failureOf("tooLate")).isInstanceOf(TestPipeline.AbandonedNodeException.class);
  }

  @Test
  void run_shouldFailATest_whenAnAssertionDoes() {
    assertThat(failureOf("wrong")).isInstanceOf(AssertionError.class);
  }

  private static Throwable failureOf(String method) {
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectMethod(Faulty.class, method))
            .execute()
            .testEvents();
    return tests.failed().stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .map(result -> result.getThrowable().orElseThrow())
        .findFirst()
        .orElseThrow();
  }

  /** Tests that must fail; no build runs them by themselves, as the class is not a test by name. */
  static final class Faulty {

    @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

    @Test
    void abandoned() {
      pipeline.apply(Create.of(1));
    }

    @Test
    void tooLate() {
      pipeline.apply(Create.of(1));
      pipeline.run();
      pipeline.apply("Late", Create.of(2));
    }

    @Test
    void wrong() {
      PAssert.that(pipeline.apply(Create.of(1))).containsInAnyOrder(2);
      pipeline.run();
    }
  }
}
