// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.CachedComputation.Computation;
import dev.millrace.cache.CachedComputation.ComputationWith;
import dev.millrace.cache.CachedComputation.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A computation with a resource of its own, opened when it is first needed and kept until it is
 * closed. Each slot has a copy. Its resource is used by one thread at a time: that of the slot, or
 * the one that computes again what is asked for often.
 */
final class SlotComputation<R extends AutoCloseable, K, V> implements Computation<K, V> {

  private final Resource<R> resource;
  private final ComputationWith<R, K, V> computation;

  private transient @Nullable R open;
  private transient boolean closed;

  SlotComputation(Resource<R> resource, ComputationWith<R, K, V> computation) {
    this.resource = resource;
    this.computation = computation;
  }

  @Override
  public synchronized @Nullable V of(K element) throws Exception {
    if (closed) {
      throw new IllegalStateException("Cannot compute: the slot has ended");
    }
    R own = open == null ? resource.open() : open;
    open = own;
    return computation.of(own, element);
  }

  /** Closes the resource; nothing is computed from now on. */
  synchronized void end() throws Exception {
    closed = true;
    R own = open;
    open = null;
    if (own != null) {
      own.close();
    }
  }
}
