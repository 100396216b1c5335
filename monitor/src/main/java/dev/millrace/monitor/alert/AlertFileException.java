// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

/** A file of alerts is not one; the message is a sentence for its author. */
public final class AlertFileException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  AlertFileException(String message) {
    super(message);
  }

  AlertFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
