// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.HostileTables;
import dev.millrace.dialect.TableName;
import dev.millrace.ledger.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Comparisons of tables with hostile names, by keys that are hostile as well. */
class HostileSidesTest {

  private static final int COLUMNS_OF_A_KEY = 20;

  private static final ConnectionSpec NOBODY = ConnectionSpec.of("jdbc:postgresql://localhost/x");

  @Test
  void statements_shouldFindTheRow() throws Exception {
    HostileTables.visit(
        HostileTables.SOME,
        (connection, name, columns) -> {
          for (int from = 0; from < columns.size(); from += COLUMNS_OF_A_KEY) {
            int to = Math.min(from + COLUMNS_OF_A_KEY, columns.size());
            compare(connection, name, columns.subList(from, to));
          }
        });
  }

  private static void compare(Connection connection, TableName name, List<String> key)
      throws SQLException {
    VerifyOptions options =
        VerifyOptions.of(NOBODY, name.sql(), NOBODY, name.sql()).withKey(key).withColumns(key);
    TablePair pair = TablePair.of(new Both<>(connection, connection), options);
    Scale byKey = Scale.of(pair, options);
    assertThat(byKey.by()).isEqualTo(Scale.By.KEY);
    SideSql sql = SideSql.of(pair, byKey, options).source();
    requireRowOnce(connection, sql, key);

    TablePair unordered =
        new TablePair(
            pair.source(), pair.target(), pair.key(), pair.columns(), Set.of(), pair.digest());
    Scale byDigest = Scale.of(unordered, options);
    assertThat(byDigest.by()).isEqualTo(Scale.By.DIGEST);
    requireRowOnce(connection, SideSql.of(unordered, byDigest, options).source(), List.of("0"));

    assertThat(count(connection, sql.names(KeyRange.ALL, false, 5))).isEqualTo(1);
    assertThat(count(connection, sql.estimate())).isEqualTo(1);
    String condition = new KeySet(pair).condition(List.of(new ArrayList<>(key)), true);
    assertThat(count(connection, sql.columns(condition))).isEqualTo(1);
  }

  /** The row is in one of the two ranges that a place makes. */
  private static void requireRowOnce(Connection connection, SideSql sql, List<String> place)
      throws SQLException {
    List<KeyRange> ranges = KeyRange.ALL.cutAt(List.of(new Position(place)));
    long rows = 0;
    for (KeyRange range : ranges) {
      rows += count(connection, sql.rows(List.of(range)));
    }
    assertThat(rows).isEqualTo(1);
    assertThat(count(connection, sql.sums(ranges))).isEqualTo(1);
    assertThat(count(connection, sql.sample(ranges, 1))).isEqualTo(1);
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
}
