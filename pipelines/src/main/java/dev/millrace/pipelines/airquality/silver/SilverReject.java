// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

/**
 * A value that is not what its column says.
 *
 * @param column as the files name it
 * @param value its text, cut after 1,000 characters
 * @param reason completes "the value ...", {@code "is no number"} for instance
 * @param wholeRow whether the row is left out of the silver layer; otherwise the value is NULL
 *     there
 */
record SilverReject(
    String file, long line, String column, String value, String reason, boolean wholeRow) {
  private static final int MAX_VALUE_CHARS = 1_000;

  SilverReject {
    if (value.length() > MAX_VALUE_CHARS) {
      value = value.substring(0, MAX_VALUE_CHARS - 3) + "...";
    }
  }
}
