// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.CopyReader;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server sorts as a key order says, and reads its positions back as the same values. */
class KeyOrderOnPostgresTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "smallint ; (random() * 60000 - 30000)::smallint",
        "int ; (random() * 4e9 - 2e9)::int",
        "bigint ; (random() * 1.8e19 - 9e18)::bigint",
        "numeric ; CASE i % 50 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity'"
            + " WHEN 3 THEN 0.00 ELSE ((random() - 0.5) * 10 ^ (i % 40))::numeric END",
        "numeric(20,4) ; CASE i % 50 WHEN 0 THEN 'NaN' ELSE ((random() - 0.5) * 1e12)::numeric(20,4) END",
        "numeric(9,2) ; CASE i % 50 WHEN 0 THEN 'NaN' ELSE (random() * 1e6)::numeric(9,2) END",
        "text ; (SELECT string_agg(chr(CASE WHEN random() < 0.5 THEN 32 + (random() * 90)::int"
            + " WHEN random() < 0.5 THEN 200 + (random() * 9000)::int"
            + " ELSE 66000 + (random() * 900)::int END), '') || i FROM generate_series(1, i % 4))",
        "varchar(40) ; md5(i::text) || E'\\\\''\"' || i",
        "char(12) ; left(md5(i::text), i % 9)",
        "text COLLATE \"en_US\" ; CASE WHEN i % 2 = 0 THEN upper(md5(i::text)) ELSE md5(i::text) END",
        "uuid ; md5(i::text)::uuid",
        "date ; CASE i % 90 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity'"
            + " ELSE date '0001-01-01' + (random() * 4000000 - 1500000)::int END",
        "timestamp ; CASE i % 90 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' ELSE"
            + " timestamp '0001-01-01' + (random() * 1e6 - 5e5) * interval '36 hours 1 us' END",
        "timestamptz ; CASE i % 90 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' ELSE"
            + " timestamptz '0001-01-01' + (random() * 1e6 - 5e5) * interval '36 hours 1 us' END",
        "timestamptz(3) ; timestamptz '294240-01-01' + random() * interval '30 years'",
      })
  void order_shouldBeTheServers(String type, String value) throws SQLException {
    String column = type.replace("en_US", collation());
    POSTGRES.execute(
        "DROP TABLE IF EXISTS k",
        "CREATE TABLE k (a " + column + ")",
        "INSERT INTO k SELECT " + value + " FROM generate_series(1, 3000) i");
    try (Connection connection = POSTGRES.connection()) {
      TableRead read =
          TableRead.of(
              Catalog.describe(connection, TableName.parse("k")), List.of(), "a IS NOT NULL");
      Set<String> bytewise = Catalog.bytewise(connection, read.table().name());
      assertThat(bytewise.isEmpty()).isEqualTo(!type.matches("text|varchar.*|char.*"));
      KeyOrder order = KeyOrder.of(read, List.of("a"), bytewise);
      String sorted = read.query("true") + " ORDER BY " + order.ordered(List.of("t.a")).get(0);
      List<Position> positions = positions(connection, read, order, sorted);

      assertThat(positions).hasSizeGreaterThan(2000).isSortedAccordingTo(order);
      assertThat(readBack(connection, order, positions)).isEqualTo(positions.size());
    }
  }

  /** Any that is not bytewise; an embedded server has no locales but those of ICU. */
  private static String collation() throws SQLException {
    return POSTGRES.value(
        "SELECT min(collname) FROM pg_collation WHERE collprovider = 'i' AND collname LIKE 'en%'",
        String.class);
  }

  private static List<Position> positions(
      Connection connection, TableRead read, KeyOrder order, String query) throws SQLException {
    List<Position> positions = new ArrayList<>();
    try (CopyReader copy = new CopyReader(connection, read, query)) {
      BlockBuilder builder = new BlockBuilder(read.schema());
      copy.fill(builder, Long.MAX_VALUE);
      Block block = builder.build(Origin.NONE);
      for (int row = 0; row < block.rows(); row++) {
        positions.add(order.of(block, row));
      }
    }
    return positions;
  }

  /** How many rows, in the server's order, equal the literals of the positions, one for one. */
  private static long readBack(Connection connection, KeyOrder order, List<Position> positions)
      throws SQLException {
    StringBuilder literals = new StringBuilder();
    for (Position position : positions) {
      literals.append(literals.isEmpty() ? "(" : "), (").append(order.literals(position).get(0));
    }
    String sql =
        "WITH p AS (SELECT v, count(*) AS n FROM (VALUES "
            + literals
            + ")) AS x (v) GROUP BY v), r AS (SELECT "
            + order.ordered(List.of("k.a")).get(0)
            + " AS v, count(*) AS n FROM k WHERE a IS NOT NULL GROUP BY 1)"
            + " SELECT sum(r.n) FROM r JOIN p ON p.v = r.v AND p.n = r.n";
    try (Statement statement = connection.createStatement();
        ResultSet sum = statement.executeQuery(sql)) {
      sum.next();
      return sum.getLong(1);
    }
  }

  @Test
  void of_shouldRefuseATypeWithoutAnExactOrder() throws SQLException {
    POSTGRES.execute("DROP TABLE IF EXISTS k", "CREATE TABLE k (a float8, b int)");
    try (Connection connection = POSTGRES.connection()) {
      TableRead read =
          TableRead.of(Catalog.describe(connection, TableName.parse("k")), List.of("a"), "");
      assertThatThrownBy(() -> KeyOrder.of(read, List.of("a"), Set.of()))
          .hasMessage(
              "Cannot keep a ledger of public.k by column a, whose type double precision has no"
                  + " exact order here; name columns of whole numbers, numeric, text, uuid, date or"
                  + " timestamp as the key");
      assertThatThrownBy(() -> KeyOrder.of(read, List.of("b"), Set.of()))
          .hasMessage(
              "Cannot keep a ledger of public.k by column b, which is not among the columns copied:"
                  + " [a]");
    }
  }
}
