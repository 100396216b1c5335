// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.util.List;

/**
 * A place in a table's order: the values of a row's key, as texts that SQL reads back as the same
 * values. With fewer values than the key has columns it is the place before all rows that begin
 * with these. How two compare is known to their {@link KeyOrder} only.
 *
 * @param values of the first columns of the key, one or more, none of them NULL
 */
public record Position(List<String> values) implements Serializable {

  private static final ObjectMapper JSON = new ObjectMapper();

  public Position {
    values = List.copyOf(values);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static Position parse(String text) {
    try {
      return new Position(List.of(JSON.readValue(text, String[].class)));
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(
          "Invalid position: " + text + " (must be a JSON array of texts)", malformed);
    }
  }

  /** A JSON array of texts. */
  @Override
  public String toString() {
    try {
      return JSON.writeValueAsString(values);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write a position: " + values, impossible);
    }
  }
}
