// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Difference.Kind;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that two streams do not have in common, by merging them. Rows of one key are
 * compared as a multiset: what both have is taken away; of what is left, one of each side are one
 * row that is different. Memory does not grow with the number of rows, nor with those of a key.
 */
final class Merge {

  private final RowStream source;
  private final RowStream target;
  private final DifferenceSink sink;

  // Of one key.
  private long onlySource;
  private long onlySourceUnsynced;
  private long onlyTarget;

  Merge(RowStream source, RowStream target, DifferenceSink sink) {
    this.source = source;
    this.target = target;
    this.sink = sink;
  }

  /** Goes through both to the end. */
  void run() throws SQLException {
    HashedRow key;
    while ((key = first(source.peek(), target.peek())) != null) {
      onlySource = 0;
      onlySourceUnsynced = 0;
      onlyTarget = 0;
      compare(key);
      tell(key);
    }
  }

  /** Goes through all rows of a key. */
  private void compare(HashedRow key) throws SQLException {
    HashedRow one = within(key, source.peek());
    HashedRow other = within(key, target.peek());
    while (one != null || other != null) {
      int order = one == null ? 1 : other == null ? -1 : one.compareContent(other);
      if (order < 0 && one != null) {
        onlySource += one.unsynced() ? 0 : 1;
        onlySourceUnsynced += one.unsynced() ? 1 : 0;
      } else if (order > 0) {
        onlyTarget++;
      }
      if (order <= 0) {
        source.advance();
        one = within(key, source.peek());
      }
      if (order >= 0) {
        target.advance();
        other = within(key, target.peek());
      }
    }
  }

  private void tell(HashedRow key) throws SQLException {
    long different = Math.min(onlySource, onlyTarget);
    long stale = Math.min(onlySourceUnsynced, onlyTarget - different);
    tell(Kind.DIFFERENT, key, different);
    tell(Kind.MISSING, key, onlySource - different);
    tell(Kind.NOT_YET_SYNCED, key, onlySourceUnsynced);
    tell(Kind.EXTRA, key, onlyTarget - different - stale);
  }

  private void tell(Kind kind, HashedRow key, long rows) throws SQLException {
    if (rows > 0) {
      sink.found(kind, key.name(), rows);
    }
  }

  private static @Nullable HashedRow first(@Nullable HashedRow one, @Nullable HashedRow other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareKey(other) <= 0 ? one : other;
  }

  private static @Nullable HashedRow within(HashedRow key, @Nullable HashedRow row) {
    return row != null && row.compareKey(key) == 0 ? row : null;
  }
}
