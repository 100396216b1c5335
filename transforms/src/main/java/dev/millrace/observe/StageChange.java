// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * A thread went from one stage into another, as an event of the JDK's flight recorder: with these a
 * recording says whose its samples are, whoever began it. Costs nothing while there is none.
 */
@Name(StageChange.NAME)
@Label("Stage Change")
@Description("A thread goes into a stage, or out of it")
@Category("Millrace")
@StackTrace(false)
final class StageChange extends Event {

  static final String NAME = "millrace.StageChange";

  @Label("From")
  @Description("The stage that the thread was in; empty for none")
  String from = "";

  @Label("To")
  @Description("The stage that it is in from now on; empty for none")
  String to = "";

  /**
   * Tells of it, if somebody records.
   *
   * @param from null for no stage
   * @param to null for no stage
   */
  static void tell(@Nullable StageTotals from, @Nullable StageTotals to) {
    if (from == to) {
      return;
    }
    StageChange change = new StageChange();
    if (change.isEnabled()) {
      change.from = from == null ? "" : from.name();
      change.to = to == null ? "" : to.name();
      change.commit();
    }
  }
}
