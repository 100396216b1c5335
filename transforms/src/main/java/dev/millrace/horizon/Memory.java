// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a look leaves for the next, kept as JSON of a few hundred bytes. Times are microseconds
 * since 1970 by the server's clock.
 *
 * @param cursor of what
 * @param server the clock
 * @param machine when the answer was here
 * @param open the start of the oldest transaction open then, prepared ones aside, or the clock;
 *     null where not all of them could be seen
 * @param prepared the prepared transactions that may have written the table, each with the {@code
 *     open} of the last look at which it was not yet prepared; null when there was none
 * @param horizon the latest that was settled
 * @param high the highest bound given out
 * @param barriers of a sequence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Memory(
    String cursor,
    long server,
    MachineTime machine,
    @Nullable Long open,
    Map<String, @Nullable Long> prepared,
    @Nullable Long horizon,
    @Nullable String high,
    Barriers barriers) {

  private static final ObjectMapper JSON = new ObjectMapper();

  Memory {
    prepared = Collections.unmodifiableMap(new HashMap<>(prepared));
  }

  /**
   * Reads what {@link #toJson} wrote, null for an empty text.
   *
   * @throws IllegalArgumentException when it is something else, or of another cursor
   */
  static @Nullable Memory parse(String text, String cursor) {
    if (text.isEmpty()) {
      return null;
    }
    Memory memory = read(text);
    if (!memory.cursor().equals(cursor)) {
      throw new IllegalArgumentException(
          "Invalid memory of a horizon: of " + memory.cursor() + " (must be of " + cursor + ")");
    }
    return memory;
  }

  /**
   * Reads what {@link #toJson} wrote, of whatever cursor.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static Memory read(String text) {
    try {
      Memory memory = JSON.readValue(text, Memory.class);
      if (memory != null) {
        return memory;
      }
    } catch (JsonProcessingException malformed) {
      throw invalid(text, malformed);
    }
    throw invalid(text, null);
  }

  private static IllegalArgumentException invalid(String text, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "Invalid memory of a horizon: " + text + " (must be what a look left)", cause);
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write the memory of a horizon", impossible);
    }
  }
}
