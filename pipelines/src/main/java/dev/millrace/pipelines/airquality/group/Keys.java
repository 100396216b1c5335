// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import dev.millrace.block.Block;
import java.io.Serializable;
import java.util.function.Consumer;

/** Which groups a row belongs to. */
@FunctionalInterface
public interface Keys extends Serializable {

  /** Gives out the key of each group that a row belongs to; perhaps none, and none twice. */
  void of(Block block, int row, Consumer<String> out);
}
