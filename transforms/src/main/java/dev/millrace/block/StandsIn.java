// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import org.apache.beam.sdk.transforms.DoFn;

/**
 * A {@code DoFn} that calls another for each element and outputs what that one does. What is true
 * of that one's outputs is true of its own.
 */
public interface StandsIn {

  /** The one that it calls. */
  DoFn<?, ?> fn();
}
