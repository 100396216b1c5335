// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

/** A report could not be written. */
public final class ReportException extends RuntimeException {

  ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
