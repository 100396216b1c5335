// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.SQLTransientConnectionException;

/** No connection of a pool was free in time. */
public final class AcquireTimeoutException extends SQLTransientConnectionException {

  private static final String STATE = "08001";

  AcquireTimeoutException(String message) {
    super(message, STATE);
  }

  AcquireTimeoutException(String message, SQLTransientConnectionException cause) {
    super(message, STATE, cause);
  }
}
