// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import java.util.Collection;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnOutputReceivers;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.OutputBuilderSupplier;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValues;
import org.joda.time.Instant;

/** What a {@code DoFn} asks of an element when another calls it: that one's, but for outputs. */
final class ElementCall<InT, OutT> extends DoFnInvoker.BaseArgumentProvider<InT, OutT> {

  private final DoFn<InT, OutT>.ProcessContext outer;
  private final BoundedWindow window;
  private final Outputs outputs;
  private final Context context;

  ElementCall(
      DoFn<InT, OutT> fn,
      DoFn<InT, OutT>.ProcessContext outer,
      BoundedWindow window,
      Outputs outputs) {
    this.outer = outer;
    this.window = window;
    this.outputs = outputs;
    this.context = new Context(fn);
  }

  private OutputBuilderSupplier builders() {
    return new OutputBuilderSupplier() {
      @Override
      public <T> WindowedValues.Builder<T> builder(T value) {
        return WindowedValues.<T>builder()
            .setValue(value)
            .setTimestamp(outer.timestamp())
            .setWindow(window)
            .setPaneInfo(outer.pane());
      }
    };
  }

  @Override
  public DoFn<InT, OutT>.ProcessContext processContext(DoFn<InT, OutT> fn) {
    return context;
  }

  @Override
  public InT element(DoFn<InT, OutT> fn) {
    return outer.element();
  }

  @Override
  public Instant timestamp(DoFn<InT, OutT> fn) {
    return outer.timestamp();
  }

  @Override
  public BoundedWindow window() {
    return window;
  }

  @Override
  public PaneInfo paneInfo(DoFn<InT, OutT> fn) {
    return outer.pane();
  }

  @Override
  public PipelineOptions pipelineOptions() {
    return outer.getPipelineOptions();
  }

  @Override
  @SuppressWarnings("NullAway") // No tag stands for the main output, there as in Beam's own calls.
  public DoFn.OutputReceiver<OutT> outputReceiver(DoFn<InT, OutT> fn) {
    return DoFnOutputReceivers.windowedReceiver(context, builders(), null);
  }

  @Override
  public DoFn.MultiOutputReceiver taggedOutputReceiver(DoFn<InT, OutT> fn) {
    return DoFnOutputReceivers.windowedMultiReceiver(context, builders());
  }

  @Override
  public String getErrorContext() {
    return "a DoFn in a pool";
  }

  /** Holds what is output. */
  private final class Context extends DoFn<InT, OutT>.ProcessContext {
    Context(DoFn<InT, OutT> fn) {
      fn.super();
    }

    @Override
    public InT element() {
      return outer.element();
    }

    @Override
    public <T> T sideInput(PCollectionView<T> view) {
      return outer.sideInput(view);
    }

    @Override
    public Instant timestamp() {
      return outer.timestamp();
    }

    @Override
    public PaneInfo pane() {
      return outer.pane();
    }

    @Override
    public String currentRecordId() {
      return outer.currentRecordId();
    }

    @Override
    public Long currentRecordOffset() {
      return outer.currentRecordOffset();
    }

    @Override
    public PipelineOptions getPipelineOptions() {
      return outer.getPipelineOptions();
    }

    @Override
    public void output(OutT value) {
      outputs.hold(() -> outer.output(value));
    }

    @Override
    public void outputWithTimestamp(OutT value, Instant timestamp) {
      outputs.hold(() -> outer.outputWithTimestamp(value, timestamp));
    }

    @Override
    public void outputWindowedValue(
        OutT value, Instant timestamp, Collection<? extends BoundedWindow> windows, PaneInfo pane) {
      outputs.hold(() -> outer.outputWindowedValue(value, timestamp, windows, pane));
    }

    @Override
    public <T> void output(TupleTag<T> tag, T value) {
      outputs.hold(() -> outer.output(tag, value));
    }

    @Override
    public <T> void outputWithTimestamp(TupleTag<T> tag, T value, Instant timestamp) {
      outputs.hold(() -> outer.outputWithTimestamp(tag, value, timestamp));
    }

    @Override
    public <T> void outputWindowedValue(
        TupleTag<T> tag,
        T value,
        Instant timestamp,
        Collection<? extends BoundedWindow> windows,
        PaneInfo pane) {
      outputs.hold(() -> outer.outputWindowedValue(tag, value, timestamp, windows, pane));
    }
  }
}
