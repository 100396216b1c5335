// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

/**
 * A file or folder cannot be read as CSV, and no other attempt will read it: the caller has to give
 * another. The message is one sentence that names it.
 */
public final class CsvException extends IllegalArgumentException {

  CsvException(String message) {
    super(message);
  }

  CsvException(String message, Throwable cause) {
    super(message, cause);
  }
}
