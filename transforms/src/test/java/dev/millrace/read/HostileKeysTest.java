// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.HostileTables;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableRead;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reads by keys, and a cursor, that have hostile names and hostile values. */
class HostileKeysTest {

  @Test
  void statements_shouldFindTheRow() throws Exception {
    HostileTables.visit(
        HostileTables.SOME,
        (connection, name, columns) -> {
          Table table = Catalog.describe(connection, name);
          TableRead read = TableRead.of(table, List.of(), "");
          KeyOrder order = KeyOrder.of(read, columns, Set.of());
          KeySql plain = new KeySql(read, columns, null);
          KeySql ordered = new KeySql(read, columns, order);
          Position at = new Position(columns);
          Interval here = new Interval(Position.before(columns.subList(0, 3)), at);

          assertThat(ordered.positions(connection, ordered.least(here))).containsExactly(at);
          assertThat(ordered.positions(connection, ordered.sampleKeys(here, 1, true)))
              .containsExactly(at);
          assertThat(count(connection, ordered.first(here, 1))).isEqualTo(1);
          assertThat(count(connection, ordered.first(new Interval(at, null), 1))).isZero();
          assertThat(texts(connection, plain.nth(new Range.Keys(null, columns), 1), columns.size()))
              .isEqualTo(columns);
          assertThat(texts(connection, plain.sample(1, true), columns.size())).isEqualTo(columns);
          assertThat(count(connection, plain.nth(new Range.Keys(columns, null), 1))).isZero();
          assertThat(texts(connection, plain.anyNull(), 1)).containsExactly("f");

          CursorSql cursor = CursorSql.of(ordered);
          assertThat(cursor.place(connection, columns.get(5)))
              .isEqualTo(Position.before(List.of(columns.get(5))));
        });
  }

  private static long count(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      long count = 0;
      while (rows.next()) {
        count++;
      }
      return count;
    }
  }

  private static List<String> texts(Connection connection, String query, int columns)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      String[] texts = new String[columns];
      for (int i = 0; i < columns; i++) {
        texts[i] = row.getString(i + 1);
      }
      return List.of(texts);
    }
  }
}
