// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A function from record batch to record batch, row for row. Called by several threads at once. */
@FunctionalInterface
public interface BlockMapper extends Serializable {

  /**
   * Maps a batch.
   *
   * @param batch closed by the caller; may be changed in place
   * @param allocator for new vectors; whatever is drawn from it must be closed or returned
   * @return {@code batch} itself or another, which the caller closes; of as many rows
   */
  VectorSchemaRoot map(VectorSchemaRoot batch, BufferAllocator allocator) throws Exception;
}
