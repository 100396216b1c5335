// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import org.jspecify.annotations.Nullable;

/**
 * The elements of one chunk of work, made one at a time as they are asked for. Used by one thread.
 *
 * @param <T> of an element
 */
@FunctionalInterface
public interface Chunk<T> {

  /** The next element; null when there are no more. */
  @Nullable T next() throws Exception;

  /**
   * Gives back what the chunk holds. Called once, on the same thread: after the last element, after
   * a failure here or of who takes the elements, and when the pipeline is cancelled.
   */
  default void close() throws Exception {}
}
