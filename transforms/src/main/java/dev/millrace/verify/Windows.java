// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.Sql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SQL that finds the windows between the least and the greatest of a cursor. */
final class Windows {

  private final String type;
  private final List<String> extremes = new ArrayList<>();

  /**
   * @param type of the cursor in SQL
   * @param extremes the least and the greatest of each side, null where there is none
   */
  Windows(String type, Both<List<List<@Nullable String>>> extremes) {
    this.type = type;
    for (List<List<@Nullable String>> side : List.of(extremes.source(), extremes.target())) {
      for (String extreme : side.get(0)) {
        if (extreme != null) {
          // A date becomes the midnight it begins with.
          String literal = Sql.literal(extreme) + "::" + type;
          this.extremes.add(type.equals("date") ? literal + "::timestamp" : literal);
        }
      }
    }
  }

  boolean isEmpty() {
    return extremes.isEmpty();
  }

  /** The seconds from the least to the greatest. */
  String span() {
    return "SELECT extract(epoch FROM " + greatest() + " - " + least() + ")::bigint";
  }

  /** The starts of all windows but the first. */
  String starts(WindowLength length) {
    String word = Sql.literal(length.word());
    String step = "interval " + Sql.literal("1 " + length.word());
    return "SELECT g::%s::text FROM generate_series(date_trunc(%s, %s) + %s, %s, %s) AS g"
        .formatted(type, word, least(), step, greatest(), step);
  }

  private String least() {
    return "least(" + String.join(", ", extremes) + ")";
  }

  private String greatest() {
    return "greatest(" + String.join(", ", extremes) + ")";
  }
}
