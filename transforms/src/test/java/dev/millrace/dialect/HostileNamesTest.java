// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever a table or column is called, the server understands what is said of it. */
class HostileNamesTest {

  @Test
  void names_shouldComeBackFromTheServer() throws Exception {
    AtomicInteger names = new AtomicInteger();

    HostileTables.visit(
        HostileTables.NAMES,
        (connection, name, columns) -> {
          assertThat(TableName.parse(name.sql())).isEqualTo(name);
          Table table = Catalog.describe(connection, TableName.parse(name.sql()));
          assertThat(table.name()).isEqualTo(name);
          assertThat(table.names()).isEqualTo(columns);
          literals(connection, "on", columns);
          assertThat(values(read(connection, table))).isEqualTo(columns);
          names.addAndGet(1 + columns.size());
        });

    assertThat(names).hasValue(HostileTables.NAMES);
  }

  @Test
  void statements_shouldMeanTheNamesThatTheyWereMadeOf() throws Exception {
    long statements =
        HostileTables.visit(
            HostileTables.SOME,
            (connection, name, columns) -> {
              Table table = Catalog.describe(connection, name);
              ColumnTypes types = ColumnTypes.of(connection, name);
              assertThat(types.types().keySet()).containsExactlyElementsOf(columns);
              assertThat(ColumnTypes.parse(types.toString())).isEqualTo(types);
              assertThat(Catalog.bytewise(connection, name)).hasSameElementsAs(columns);

              literals(connection, "off", columns);
              write(connection, table, read(connection, table));
              assertThat(rows(connection, name)).isEqualTo(1);
              replay(connection, table, columns);
              assertThat(rows(connection, name)).isEqualTo(1);
              assertThat(Checksum.of(connection, columns, name.sql() + " AS t", "true").rows())
                  .isEqualTo(1);
            });

    assertThat(statements).isGreaterThan(100);
  }

  private static void literals(Connection connection, String standard, List<String> texts)
      throws SQLException {
    String array = String.join(", ", texts.stream().map(Sql::literal).toList());
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL standard_conforming_strings = " + standard);
      try (ResultSet row = statement.executeQuery("SELECT ARRAY[" + array + "]::text[]")) {
        row.next();
        assertThat((String[]) row.getArray(1).getArray()).containsExactlyElementsOf(texts);
      }
      statement.execute("SET LOCAL standard_conforming_strings = on");
    }
  }

  private static Block read(Connection connection, Table table) throws SQLException {
    TableRead read = TableRead.of(table, List.of(), "");
    BlockBuilder rows = new BlockBuilder(read.schema());
    try (CopyReader reader = new CopyReader(connection, read, read.query("true"))) {
      assertThat(reader.fill(rows, 1 << 20)).isFalse();
    }
    return rows.build(Origin.NONE);
  }

  private static List<String> values(Block block) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < block.schema().size(); i++) {
      values.add(String.valueOf(block.column(i).value(0)));
    }
    return values;
  }

  /** Appends the row after it was taken away, and then replaces it. */
  private static void write(Connection connection, Table table, Block block) throws SQLException {
    List<String> key = table.rowKey().orElseThrow();
    String newer = table.names().get(2);
    try (Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM " + table.name().sql());
    }
    TableWriter append = new TableWriter(TableWrite.of(table, block.schema(), List.of()));
    append.write(connection, List.of(block), () -> {});
    TableWriter upsert = new TableWriter(TableWrite.of(table, block.schema(), key, newer));
    upsert.write(connection, List.of(block), () -> {});
    upsert.again(connection);
  }

  /** Tells a row as texts, as of one that was rejected, and writes it by them. */
  private static void replay(Connection connection, Table table, List<String> columns)
      throws SQLException {
    Block block = read(connection, table);
    LooseStage stage = new LooseStage(TableWrite.of(table, block.schema(), List.of()));
    stage.fill(connection, List.of(block));
    String texts;
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT "
                    + stage.texts(columns)
                    + ", (SELECT array_agg(k) FROM jsonb_object_keys("
                    + stage.texts(columns)
                    + ") k) FROM "
                    + stage.from()
                    + " AS l")) {
      row.next();
      texts = row.getString(1);
      assertThat((String[]) row.getArray(2).getArray()).hasSameElementsAs(columns);
    }
    new TextInsert(table, columns, table.rowKey().orElseThrow(), "").write(connection, texts);
  }

  private static long rows(Connection connection, TableName name) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT count(*) FROM " + name.sql());
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
