// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.Block;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A temporary table that takes the rows of a write whatever the target thinks of them, since its
 * columns have the same types without their limits and constraints; and tells them as texts. It is
 * empty when a transaction begins. Used by one thread.
 */
public final class LooseStage {

  private final TableWrite write;
  private final CopyWriter copy;
  private final String columns;
  private final String name;

  public LooseStage(TableWrite write) {
    this.write = write;
    this.copy = new CopyWriter(write);
    List<String> types = new ArrayList<>();
    List<Route> routes = write.routes();
    for (int i = 0; i < routes.size(); i++) {
      String type = routes.get(i).into().shape().sql();
      types.add("NULL::" + type + " AS " + Sql.identifier(write.names().get(i)));
    }
    this.columns = "SELECT " + String.join(", ", types);
    this.name =
        "millrace_loose_" + UUID.nameUUIDFromBytes(columns.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds rows within the connection's transaction, in order. */
  public void fill(Connection connection, List<Block> rows) throws SQLException {
    TextForm.settle(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE IF NOT EXISTS %s ON COMMIT DELETE ROWS AS %s WITH NO DATA"
              .formatted(Sql.identifier(name), columns));
    }
    copy.send(connection, from(), rows, () -> {});
  }

  /** What to select from; the order of {@code ctid} is that of arrival. */
  public String from() {
    return "pg_temp." + Sql.identifier(name);
  }

  /** An expression over a row {@code l}: some columns as texts by their names, in {@code jsonb}. */
  public String texts(List<String> names) {
    return "jsonb_object(ARRAY[%s]::text[], ARRAY[%s]::text[])"
        .formatted(
            names.stream().map(Sql::literal).collect(Collectors.joining(", ")),
            names.stream()
                .map(column -> "l." + Sql.identifier(column) + "::text")
                .collect(Collectors.joining(", ")));
  }

  /** The columns that it has. */
  public List<String> names() {
    return write.names();
  }
}
