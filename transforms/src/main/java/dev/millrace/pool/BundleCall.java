// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;

/** What a {@code DoFn} asks for at the ends of a bundle when another calls it. */
abstract class BundleCall<InT, OutT> extends DoFnInvoker.BaseArgumentProvider<InT, OutT> {

  private final PipelineOptions options;

  private BundleCall(PipelineOptions options) {
    this.options = options;
  }

  @Override
  public PipelineOptions pipelineOptions() {
    return options;
  }

  @Override
  public String getErrorContext() {
    return "a DoFn in a pool";
  }

  /** At its start. */
  static final class Start<InT, OutT> extends BundleCall<InT, OutT> {
    Start(PipelineOptions options) {
      super(options);
    }

    @Override
    public DoFn<InT, OutT>.StartBundleContext startBundleContext(DoFn<InT, OutT> fn) {
      return fn.new StartBundleContext() {
        @Override
        public PipelineOptions getPipelineOptions() {
          return pipelineOptions();
        }
      };
    }
  }

  /** At its end, where outputs are held. */
  static final class Finish<InT, OutT> extends BundleCall<InT, OutT> {
    private final DoFn<InT, OutT>.FinishBundleContext outer;
    private final Outputs outputs;

    Finish(DoFn<InT, OutT>.FinishBundleContext outer, Outputs outputs) {
      super(outer.getPipelineOptions());
      this.outer = outer;
      this.outputs = outputs;
    }

    @Override
    public DoFn<InT, OutT>.FinishBundleContext finishBundleContext(DoFn<InT, OutT> fn) {
      return fn.new FinishBundleContext() {
        @Override
        public PipelineOptions getPipelineOptions() {
          return pipelineOptions();
        }

        @Override
        public void output(OutT value, Instant timestamp, BoundedWindow window) {
          outputs.hold(() -> outer.output(value, timestamp, window));
        }

        @Override
        public <T> void output(TupleTag<T> tag, T value, Instant timestamp, BoundedWindow window) {
          outputs.hold(() -> outer.output(tag, value, timestamp, window));
        }
      };
    }
  }
}
