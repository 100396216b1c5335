// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.values.OutputBuilder;

/** Hands on what a DoFn outputs. */
record Received<T>(Consumer<T> to) implements OutputReceiver<T> {
  @Override
  public void output(T element) {
    to.accept(element);
  }

  @Override
  public OutputBuilder<T> builder(T element) {
    throw new UnsupportedOperationException("elements are output as they are");
  }
}
