// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

/** A history cannot be read or written; the message is a sentence that names its file. */
public final class HistoryException extends RuntimeException {

  HistoryException(String message, Throwable cause) {
    super(message, cause);
  }

  HistoryException(String message) {
    super(message);
  }
}
