// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows in the order of their digests, some thousands of which are held at a time. */
final class RowStream implements AutoCloseable {

  private static final int BEFORE_NAME = 5;

  private final Statement statement;
  private final ResultSet rows;
  private final int names;
  private @Nullable HashedRow next;
  private RangeSum sum = RangeSum.NONE;

  RowStream(Statement statement, ResultSet rows) throws SQLException {
    this.statement = statement;
    this.rows = rows;
    this.names = rows.getMetaData().getColumnCount() - BEFORE_NAME;
    advance();
  }

  /** The row to come, if one does. */
  @Nullable HashedRow peek() {
    return next;
  }

  /** Goes on to the row after. */
  void advance() throws SQLException {
    if (next != null) {
      sum = sum.plus(next.sum());
    }
    next = rows.next() ? row() : null;
  }

  /** The sum of the rows that were gone through. */
  RangeSum sum() {
    return sum;
  }

  private HashedRow row() throws SQLException {
    List<@Nullable String> name = new ArrayList<>(names);
    for (int i = 1; i <= names; i++) {
      name.add(rows.getString(BEFORE_NAME + i));
    }
    return new HashedRow(
        rows.getLong(1),
        rows.getLong(2),
        rows.getLong(3),
        rows.getLong(4),
        rows.getBoolean(5),
        Collections.unmodifiableList(name));
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
