// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The columns of a table and their types at some moment, to tell how they changed since.
 *
 * @param types by name, in the table's order, as SQL writes them
 */
public record ColumnTypes(Map<String, String> types) implements Serializable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String QUERY =
      """
      SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
      WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
      """;

  public ColumnTypes {
    types = new LinkedHashMap<>(types);
  }

  /** Asks a database for the columns of a table as they are now. */
  public static ColumnTypes of(Connection connection, TableName table) throws SQLException {
    Map<String, String> types = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setString(1, table.sql());
      try (ResultSet column = statement.executeQuery()) {
        while (column.next()) {
          types.put(column.getString(1), column.getString(2));
        }
      }
    }
    return new ColumnTypes(types);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static ColumnTypes parse(String json) {
    try {
      return new ColumnTypes(JSON.readValue(json, new TypeReference<Map<String, String>>() {}));
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(
          "Invalid columns: " + json + " (must be a JSON object of types by name)", malformed);
    }
  }

  /** Those of these columns that have one of some names. */
  public ColumnTypes only(Collection<String> names) {
    Map<String, String> kept = new LinkedHashMap<>(types);
    kept.keySet().retainAll(names);
    return new ColumnTypes(kept);
  }

  /** Names of columns that these have and others have not. */
  public List<String> without(ColumnTypes others) {
    return types.keySet().stream().filter(name -> !others.types.containsKey(name)).toList();
  }

  /** Names of columns that others have too, of another type. */
  public List<String> retyped(ColumnTypes others) {
    return types.keySet().stream()
        .filter(others.types::containsKey)
        .filter(name -> !Objects.equals(types.get(name), others.types.get(name)))
        .toList();
  }

  /** How these columns differ from what they were, for people; empty when they do not. */
  public String changesSince(ColumnTypes before) {
    List<String> changes = new ArrayList<>();
    without(before).forEach(name -> changes.add(name + " " + types.get(name) + " was added"));
    before.without(this).forEach(name -> changes.add(name + " was dropped or renamed"));
    retyped(before)
        .forEach(
            name ->
                changes.add(
                    name + " is " + types.get(name) + " and was " + before.types.get(name)));
    return String.join(", ", changes);
  }

  /** A JSON object of types by name. */
  @Override
  public String toString() {
    try {
      return JSON.writeValueAsString(types);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write columns: " + types, impossible);
    }
  }
}
