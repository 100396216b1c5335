// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.StandsIn;
import dev.millrace.observe.Staged;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls another {@code DoFn} within pools; see {@link InPool}. */
final class InPoolFn<InT, OutT> extends DoFn<InT, OutT> implements StandsIn, Staged {

  private final DoFn<InT, OutT> fn;
  private final InPool pools;
  private final String stage;

  // Worker scoped.
  private transient @Nullable DoFnInvoker<InT, OutT> invoker;
  private transient @Nullable Visit visit;
  private transient boolean finishes;

  InPoolFn(DoFn<InT, OutT> fn, InPool pools, String stage) {
    this.fn = fn;
    this.pools = pools;
    this.stage = stage + " in pool " + pools.names();
  }

  @Override
  public DoFn<?, ?> fn() {
    return fn;
  }

  @Override
  public String stage() {
    return "run " + stage;
  }

  @Setup
  public void setup(PipelineOptions options) {
    finishes = DoFnSignatures.signatureForDoFn(fn).finishBundle() != null;
    // First what may fail: then nobody calls for the end of what was begun.
    invoker = DoFnInvokers.tryInvokeSetupFor(fn, options);
    visit = Visit.to(pools, stage);
  }

  @StartBundle
  public void start(StartBundleContext context) {
    requireNonNull(invoker).invokeStartBundle(new BundleCall.Start<>(context.getPipelineOptions()));
  }

  @ProcessElement
  public void process(ProcessContext context, BoundedWindow window) {
    requireNonNull(visit)
        .with(
            outputs ->
                requireNonNull(invoker)
                    .invokeProcessElement(new ElementCall<>(fn, context, window, outputs)));
  }

  @FinishBundle
  public void finish(FinishBundleContext context) {
    if (finishes) {
      requireNonNull(visit)
          .with(
              outputs ->
                  requireNonNull(invoker)
                      .invokeFinishBundle(new BundleCall.Finish<>(context, outputs)));
    }
  }

  @Teardown
  public void teardown() {
    try {
      if (invoker != null) {
        invoker.invokeTeardown();
      }
    } finally {
      if (visit != null) {
        visit.close();
      }
      invoker = null;
      visit = null;
    }
  }

  @Override
  public TypeDescriptor<InT> getInputTypeDescriptor() {
    return fn.getInputTypeDescriptor();
  }

  @Override
  public TypeDescriptor<OutT> getOutputTypeDescriptor() {
    return fn.getOutputTypeDescriptor();
  }

  @Override
  @SuppressWarnings("deprecation") // It says so of others as well, who rely on it.
  public Duration getAllowedTimestampSkew() {
    return fn.getAllowedTimestampSkew();
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.include("fn", fn).add(DisplayData.item("pools", pools.names()).withLabel("Pools"));
  }
}
