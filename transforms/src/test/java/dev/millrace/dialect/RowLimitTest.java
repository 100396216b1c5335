// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.BlockBuilder;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowLimitTest {

  private static final long HEAP = 24 << 20;

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @BeforeEach
  void createTable() throws SQLException {
    postgres.execute(
        "DROP TABLE IF EXISTS w CASCADE",
        "CREATE TABLE w (id int, \"k 2\" text, wide bytea, n numeric, PRIMARY KEY (id, \"k 2\"))",
        "ALTER TABLE w ALTER wide SET STORAGE EXTERNAL",
        """
        INSERT INTO w SELECT i, 'k"' || i, decode(repeat('ab', CASE i WHEN 7 THEN 3000000 ELSE 9 END), 'hex')
        FROM generate_series(1, 9) i
        """);
  }

  @Test
  void query_shouldRefuseAWideRowOnTheServer() {
    assertThatThrownBy(() -> read("w", "true", HEAP))
        .isInstanceOf(SQLException.class)
        .hasMessage(
            "Cannot read public.w: a row with id = 7, k 2 = k\"7 has 3000003 bytes, and at most"
                + " 2097152 pass with a heap of 24MiB; give the JVM a larger heap, or leave the row"
                + " or a column out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"id <> 7", "id < 7"})
  void query_shouldNotLookAtRowsLeftOut(String where) throws SQLException {
    assertThat(read("w", where, HEAP)).isEqualTo(where.equals("id < 7") ? 6 : 8);
  }

  @Test
  void query_shouldLookAtNoRow_whereNoneCanBeWide() throws SQLException {
    try (Connection connection = ConnectionSpec.of(postgres.jdbcUrl()).connect("test")) {
      Table table = Catalog.describe(connection, TableName.parse("w"));
      assertThat(table.outOfLine()).isBetween(3_000_000L, 4_000_000L);
      TableRead read = TableRead.of(table, List.of(), "");
      assertThat(read.query("true", RowLimit.of(table, 1L << 30))).doesNotContain("CASE");
    }
  }

  @Test
  void next_shouldRefuseAWideRowThatTheServerLetPass() {
    assertThatThrownBy(() -> readUnguarded("w"))
        .hasMessageStartingWith("Cannot read public.w: a row with id = 7, k 2 = k\"7 has 3000");
  }

  @Test
  void query_shouldLookAtTheRowsOfAView() throws SQLException {
    postgres.execute("CREATE VIEW v AS SELECT * FROM w");
    assertThatThrownBy(() -> read("v", "true", HEAP))
        .hasMessageStartingWith("Cannot read public.v: a row has 3000003 bytes");
  }

  private static int read(String name, String where, long heap) throws SQLException {
    try (Connection connection = ConnectionSpec.of(postgres.jdbcUrl()).connect("test")) {
      Table table = Catalog.describe(connection, TableName.parse(name));
      RowLimit limit = RowLimit.of(table, heap);
      TableRead read = TableRead.of(table, List.of(), where);
      return read(connection, read, read.query("true", limit), limit);
    }
  }

  private static void readUnguarded(String name) throws SQLException {
    try (Connection connection = ConnectionSpec.of(postgres.jdbcUrl()).connect("test")) {
      Table table = Catalog.describe(connection, TableName.parse(name));
      TableRead read = TableRead.of(table, List.of(), "");
      String query = read.query("true", RowLimit.of(table, 1L << 30));
      read(connection, read, query, RowLimit.of(table, HEAP));
    }
  }

  private static int read(Connection connection, TableRead read, String query, RowLimit limit)
      throws SQLException {
    BlockBuilder rows = new BlockBuilder(read.schema());
    try (CopyReader copy = new CopyReader(connection, read, query, limit)) {
      copy.fill(rows, Long.MAX_VALUE);
    }
    return rows.rows();
  }
}
