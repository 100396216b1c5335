// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.dialect.ColumnTypes;
import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.dialect.TableName;
import dev.millrace.horizon.Horizon;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a table is followed.
 *
 * @param horizon what to ask the source
 * @param memory what the look before left
 * @param overlap how late rows may come where the horizon is not known: so much later they are
 *     read, once; null for not at all
 * @param split the number of the split that has no end
 * @param patience how long anyone may hold it back before that is told
 * @param poll how long to wait when nothing is new
 * @param window the event-time windows that no block may reach across
 * @param shape the table's columns when it was planned
 * @param newColumns whether it ends when the table gets another column
 * @param identity of the window: its number, and when it was begun, as a job that was forgotten has
 *     one of the same number
 * @param attempts of each split, by its number, when it was planned
 */
record Following(
    Horizon horizon,
    String memory,
    @Nullable Duration overlap,
    String split,
    Duration patience,
    Duration poll,
    Duration window,
    ColumnTypes shape,
    boolean newColumns,
    String identity,
    Map<String, Long> attempts)
    implements Serializable {

  Following {
    attempts = Map.copyOf(attempts);
  }

  /** Whether what is left of a split is of an attempt from before it was planned. */
  boolean isOver(Split split, Range.Gaps left) {
    return left.epoch() > 0 && left.epoch() <= attempts.getOrDefault(split.name(), 0L);
  }

  /**
   * Checks that the table is as it was when the read was planned.
   *
   * @throws SchemaDriftException when it is not
   */
  void requireShape(Connection connection, TableName table) throws SQLException {
    ColumnTypes now = ColumnTypes.of(connection, table);
    String changes = (newColumns ? now : now.only(shape.types().keySet())).changesSince(shape);
    if (!changes.isEmpty()) {
      throw new SchemaDriftException(
          "Cannot follow " + table + ": its columns changed meanwhile: " + changes);
    }
  }
}
