// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the values of a cursor column are, and so what a horizon, which is a time, means to it. */
sealed interface Cursor extends Serializable permits NumberCursor, TimeCursor {

  /**
   * The last number given out.
   *
   * @param value the number
   * @param risk why it does not tell which were; null when it does
   */
  record Drawn(long value, @Nullable String risk) {}

  /** The numbers given out, to be read before the transactions are; empty for other cursors. */
  Optional<Drawn> drawn(Connection connection) throws SQLException;

  /** The bound below which no transaction writes that began at the horizon or later. */
  Bound bound(EarliestLocalTime.Source times, Instant horizon, Barriers barriers)
      throws SQLException;

  /** Compares two bounds. */
  int compare(String a, String b);
}
