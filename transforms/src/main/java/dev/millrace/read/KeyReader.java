// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.BlockBuilder;
import dev.millrace.control.UnitEstimate;
import dev.millrace.dialect.CopyReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of keys. The server is asked first which key ends about as many rows as fill the
 * budget; then all rows up to that key, those that share it included, are copied in one query.
 */
final class KeyReader implements RangeReader {

  private final KeySql sql;
  private final UnitEstimate bytesPerRow;
  private final BlockBuilder rows;

  KeyReader(KeySql sql, UnitEstimate bytesPerRow) {
    this.sql = sql;
    this.bytesPerRow = bytesPerRow;
    this.rows = new BlockBuilder(sql.read().schema());
  }

  @Override
  public void read(Connection connection, Claims claims) throws SQLException {
    rows.clear();
    if (claims.range() instanceof Range.Keys keys) {
      List<String> high = boundary(connection, keys, claims.budget().bytesPerCall());
      boolean last = high == null || high.equals(keys.high());
      Range.Keys part = new Range.Keys(keys.low(), last ? keys.high() : high);
      if (claims.claim(last ? Range.NOTHING : new Range.Keys(high, keys.high()))) {
        copy(connection, sql.between(part), claims);
      }
    } else if (claims.claim(Range.NOTHING)) {
      copy(connection, sql.someNull(), claims);
    }
  }

  /** The key of the last row of a call's budget; null when the range ends before. */
  private @Nullable List<String> boundary(Connection connection, Range.Keys range, long bytes)
      throws SQLException {
    String nth = sql.nth(range, bytesPerRow.unitsFor(bytes));
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(nth)) {
      if (!found.next()) {
        return null;
      }
      List<String> key = new ArrayList<>();
      for (int i = 1; i <= sql.key().size(); i++) {
        key.add(found.getString(i));
      }
      return key;
    }
  }

  private void copy(Connection connection, String condition, Claims claims) throws SQLException {
    long count = 0;
    long bytes = 0;
    try (CopyReader copy = new CopyReader(connection, sql.read(), sql.read().query(condition))) {
      while (copy.fill(rows, claims.budget().blockSize().bytes())) {
        count += rows.rows();
        bytes += rows.bytes();
        claims.output(rows);
      }
    }
    bytesPerRow.observe(count + rows.rows(), bytes + rows.bytes());
    claims.output(rows);
  }
}
