// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;

/** Chooses rows of a block. Called by several threads at once. */
@FunctionalInterface
public interface BlockPredicate extends Serializable {

  /** Whether to keep a row. */
  boolean test(Block block, int row);
}
