// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import java.lang.reflect.Method;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.POutput;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.runner.Description;
import org.junit.runners.model.Statement;

/**
 * Gives each JUnit 5 test a fresh Beam {@link TestPipeline}, which is a rule of JUnit 4.
 *
 * <pre>{@code
 * @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();
 *
 * @Test
 * void create_shouldHoldItsElements() {
 *   PAssert.that(pipeline.apply(Create.of(1, 2))).containsInAnyOrder(2, 1);
 *   pipeline.run();
 * }
 * }</pre>
 *
 * <p>The rule's enforcement stays: a test that forgets to run its pipeline, or adds a transform
 * after the run, fails.
 */
public final class TestPipelineExtension implements BeforeEachCallback, InvocationInterceptor {

  private final @Nullable PipelineOptions options;
  private @Nullable TestPipeline pipeline;

  private TestPipelineExtension(@Nullable PipelineOptions options) {
    this.options = options;
  }

  /** Pipelines on the default runner of the class path: the direct runner. */
  public static TestPipelineExtension create() {
    return new TestPipelineExtension(null);
  }

  /** Pipelines with options of the caller's. */
  public static TestPipelineExtension fromOptions(PipelineOptions options) {
    return new TestPipelineExtension(options);
  }

  /** The pipeline of the running test. */
  public TestPipeline get() {
    if (pipeline == null) {
      throw new IllegalStateException(
          "Cannot use the pipeline: a TestPipelineExtension must be a field with"
              + " @RegisterExtension, used within a test");
    }
    return pipeline;
  }

  /** Adds a root transform. */
  public <T extends POutput> T apply(PTransform<? super PBegin, T> root) {
    return get().apply(root);
  }

  /** Adds a root transform under a name. */
  public <T extends POutput> T apply(String name, PTransform<? super PBegin, T> root) {
    return get().apply(name, root);
  }

  /** Runs the pipeline, waits for its end and verifies its assertions. */
  public PipelineResult run() {
    PipelineResult result = get().run();
    result.waitUntilFinish();
    return result;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    pipeline = options == null ? TestPipeline.create() : TestPipeline.fromOptions(options);
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    underRule(invocation, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    underRule(invocation, context);
  }

  private void underRule(Invocation<@Nullable Void> invocation, ExtensionContext context)
      throws Throwable {
    Statement test =
        new Statement() {
          @Override
          public void evaluate() throws Throwable {
            invocation.proceed();
          }
        };
    Method method = context.getRequiredTestMethod();
    get()
        .apply(
            test,
            Description.createTestDescription(
                context.getRequiredTestClass(), method.getName(), method.getAnnotations()))
        .evaluate();
  }
}
