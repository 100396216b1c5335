// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

/** A step of a pipeline, as a {@code DoFn}, whose work is that of one {@link Stage}. */
public interface Staged {

  /** The stage that its threads are in, by name; the same before and after it was serialized. */
  String stage();
}
