// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import java.util.List;

/** A line of a CSV file after its header: either read or rejected, never dropped. */
public sealed interface CsvLine {

  /** The line's number in its file; the header is line 1. */
  long line();

  /**
   * A line with the right number of fields, as delivered, in the order the reader was asked for.
   */
  record Read(long line, List<String> fields) implements CsvLine {}

  /**
   * A line that is not a record.
   *
   * @param reason completes "the line ...", {@code "has 17 fields (must be 18)"} for instance
   * @param payload the line's beginning, printable: control characters, malformed bytes and NUL
   *     stand as {@code \xNN}, a backslash as {@code \\}
   */
  record Rejected(long line, String reason, String payload) implements CsvLine {}
}
