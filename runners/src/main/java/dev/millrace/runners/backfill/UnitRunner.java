// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.pipelines.airquality.Unit;
import java.util.List;

/** Does units one after another, where the user chose. Safe for use by several threads. */
@FunctionalInterface
interface UnitRunner {

  /**
   * What became of them.
   *
   * @param ends of the units in their order, up to the first that failed
   * @param cost of the processes that did them; {@link JvmCost#NONE} if it was this one
   */
  record Done(List<UnitEnd> ends, JvmCost cost) {}

  /**
   * Does them.
   *
   * @param parallelism of each pipeline
   * @throws Exception if nothing is known of how the units ended
   * @throws InterruptedException if this thread was interrupted; nothing runs any more then
   */
  Done run(List<Unit> units, int parallelism) throws Exception;
}
