// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in a table's order, by texts that SQL reads back as the same values: that of a row, or
 * the place before all rows that begin with some values. How two compare is known to their {@link
 * KeyOrder} only.
 *
 * @param values of the key's columns, none of them NULL; of the first one or more when it is a
 *     place before rows
 * @param isBefore whether it is the place before all rows that begin with the values
 */
public record Position(List<String> values, boolean isBefore) implements Serializable {

  private static final ObjectMapper JSON = new ObjectMapper();

  public Position {
    values = List.copyOf(values);
  }

  /** The position of a row. */
  public Position(List<String> values) {
    this(values, false);
  }

  /** The place before all rows that begin with some values. */
  public static Position before(List<String> values) {
    return new Position(values, true);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static Position parse(String text) {
    try {
      return of(JSON.readValue(text, String[].class));
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(
          "Invalid position: " + text + " (must be a JSON array of texts)", malformed);
    }
  }

  /** The position of what {@link #elements} gave. */
  static Position of(@Nullable String[] elements) {
    List<String> values = new ArrayList<>();
    for (String element : elements) {
      if (element != null) {
        values.add(element);
      }
    }
    return new Position(values, values.size() < elements.length);
  }

  /** The values, and a null after them when it is the place before rows. */
  @Nullable String[] elements() {
    @Nullable String[] elements = values.toArray(new String[values.size() + (isBefore ? 1 : 0)]);
    return elements;
  }

  /** A JSON array of texts, with a null at its end when it is the place before rows. */
  @Override
  public String toString() {
    try {
      return JSON.writeValueAsString(elements());
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write a position: " + values, impossible);
    }
  }
}
