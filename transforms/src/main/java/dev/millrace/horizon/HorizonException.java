// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.TableName;
import java.util.List;

/** A refusal to close a window, because rows could be lost; it says why and what to do about it. */
public final class HorizonException extends IllegalStateException {

  private static final String WAYS_OUT =
      "; or read an overlap again with --overlap, into a target that takes a row twice, or lose rows"
          + " with --accept-loss";

  HorizonException(TableName table, String column, String why) {
    super("Cannot close windows of " + table + " by column " + column + ": " + why);
  }

  /** A refusal that the rules may overrule. */
  static HorizonException of(TableName table, String column, List<String> why) {
    return new HorizonException(table, column, String.join("; moreover, ", why) + WAYS_OUT);
  }

  /** A refusal that, moreover, a cursor of transaction ids does not know. */
  static HorizonException ofTime(TableName table, String column, List<String> why) {
    return new HorizonException(
        table,
        column,
        String.join("; moreover, ", why) + WAYS_OUT + "; a cursor of type xid8 has no such limit");
  }
}
