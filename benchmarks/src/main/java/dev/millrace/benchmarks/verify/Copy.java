// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.verify;

import java.util.List;
import java.util.Locale;

/** The source, and copies of it. */
enum Copy {
  SOURCE,
  EQUAL,
  /** One row in the middle has another content. */
  ONE,
  /** Two rows in two thousand, here and there, have another content or are not there. */
  SOME;

  /** Statements that make the right copy this one. */
  List<String> harm(String table, long rows) {
    return switch (this) {
      case SOURCE, EQUAL -> List.of();
      case ONE -> List.of("update " + table + " set paid = not paid where id = " + (rows + 1) / 2);
      case SOME ->
          List.of(
              "delete from " + table + " where id % 2000 = 7",
              "update " + table + " set paid = not paid where id % 2000 = 1013");
    };
  }

  /** How many rows of the source it does not have as they are. */
  long harmed(long rows) {
    return switch (this) {
      case SOURCE, EQUAL -> 0;
      case ONE -> 1;
      case SOME -> (rows + 2000 - 7) / 2000 + (rows + 2000 - 1013) / 2000;
    };
  }

  String database() {
    return "copy_" + name().toLowerCase(Locale.ROOT);
  }
}
