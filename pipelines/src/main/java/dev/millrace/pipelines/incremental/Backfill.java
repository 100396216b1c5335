// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;

/**
 * A copy of the rows between two values of a cursor, beside the job that follows it. It replaces no
 * newer row and moves no cursor, so that it needs no ledger and may be repeated.
 */
public final class Backfill {

  private final ReadTable.Planned read;
  private final WriteTable write;

  private Backfill(ReadTable.Planned read, WriteTable write) {
    this.read = read;
    this.write = write;
  }

  static Backfill of(
      IncrementalOptions options, ReadTable read, WriteTable write, String from, String to)
      throws SQLException {
    if (!options.replace()) {
      throw new IllegalArgumentException(
          "Invalid mode: ledger (must be upsert to copy a range again: rows would be there twice)");
    }
    write.plan(read.schema());
    String range = range(options, from, to);
    String where = options.where().isEmpty() ? range : "(" + options.where() + "\n) AND " + range;
    List<String> order = new ArrayList<>(List.of(options.cursor()));
    options.key().stream().filter(column -> !order.contains(column)).forEach(order::add);
    return new Backfill(read.where(where).key(order.toArray(String[]::new)).plan(), write);
  }

  private static String range(IncrementalOptions options, String from, String to)
      throws SQLException {
    try (Connection connection = options.source().connect("plan " + options.table())) {
      Table table = Catalog.describe(connection, TableName.parse(options.table()));
      String type = table.column(options.cursor()).typeName();
      String column = "t." + Sql.identifier(options.cursor());
      List<String> conditions = new ArrayList<>();
      if (!from.isEmpty()) {
        conditions.add(column + " >= " + value(connection, "from", from, type));
      }
      if (!to.isEmpty()) {
        conditions.add(column + " < " + value(connection, "to", to, type));
      }
      return String.join(" AND ", conditions);
    }
  }

  /** A value as the server reads it, whatever the time zone of later sessions. */
  private static String value(Connection connection, String name, String text, String type)
      throws SQLException {
    String literal = Sql.literal(text) + "::" + type;
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TIME ZONE 'UTC'");
      try (ResultSet read = statement.executeQuery("SELECT " + literal)) {
        read.next();
        return Sql.literal(read.getString(1)) + "::" + type;
      }
    } catch (SQLException malformed) {
      throw new IllegalArgumentException(
          "Invalid --" + name + ": " + text + " (must be a value of type " + type + ")", malformed);
    }
  }

  /** How the range will be read. */
  public ReadTable.Planned read() {
    return read;
  }

  /** Adds the copy to a pipeline. */
  public void applyTo(Pipeline pipeline) {
    pipeline.apply("Read", read).apply("Write", write);
  }
}
