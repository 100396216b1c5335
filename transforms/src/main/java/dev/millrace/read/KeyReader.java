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
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of keys. Which key ends about as many rows as fill the budget is known from a
 * sample, or the server is asked; then all rows up to that key, those that share it included, are
 * copied in one query, in whatever order is the fastest.
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
      Range.Keys part = part(connection, keys, claims);
      boolean last = Objects.equals(part.high(), keys.high());
      if (claims.claim(last ? Range.NOTHING : new Range.Keys(part.high(), keys.high()))) {
        copy(connection, sql.between(part), claims);
      }
    } else if (claims.claim(Range.NOTHING)) {
      copy(connection, sql.someNull(), claims);
    }
  }

  /** What a call is to read: by the steps of the split, or else as the server says. */
  private Range.Keys part(Connection connection, Range.Keys left, Claims claims)
      throws SQLException {
    long rows = bytesPerRow.unitsFor(claims.budget().bytesPerCall());
    Steps steps = claims.split().steps();
    Optional<Range.Keys> part = steps == null ? Optional.empty() : steps.next(left, rows);
    if (part.isPresent()) {
      return part.get();
    }
    List<String> high = nth(connection, left, rows);
    return new Range.Keys(left.low(), high == null ? left.high() : high);
  }

  /** The key of the n-th row; null when the range ends before. */
  private @Nullable List<String> nth(Connection connection, Range.Keys range, long n)
      throws SQLException {
    String nth = sql.nth(range, n);
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
