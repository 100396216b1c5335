// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

/** The dashboard cannot be served; the message is a sentence that says why. */
public final class DashboardException extends RuntimeException {

  DashboardException(String message) {
    super(message);
  }

  DashboardException(String message, Throwable cause) {
    super(message, cause);
  }
}
