// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockType.Kind;
import java.io.Serializable;
import java.util.Set;

/**
 * A lookup in a history: what counts is the last row that was valid at the time of the row which
 * asks, whenever it asks.
 *
 * @param time the column of the blocks that has the row's time
 * @param since the column of the history from when on a row is valid; NULL for ever since
 */
record AsOf(String time, String since) implements Serializable {

  private static final Set<Kind> TIMES = Set.of(Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ);

  static boolean isTime(Kind kind) {
    return TIMES.contains(kind);
  }

  /** A time that can be compared with others of its kind; the least long for NULL. */
  static long instant(BlockColumn column, int row) {
    if (column.isNull(row)) {
      return Long.MIN_VALUE;
    }
    return column.type().kind() == Kind.DATE ? column.getInt(row) : column.getLong(row);
  }

  /**
   * The last of some rows in order that was valid at a time.
   *
   * @return its position, or -1 if none was
   */
  static int last(BlockColumn since, int from, int to, long time) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (instant(since, middle) <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == from ? -1 : low - 1;
  }
}
