// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.sql.SQLException;

/** More rows were rejected than a run allows. */
public final class RejectLimitException extends SQLException {

  public RejectLimitException(String message) {
    super(message);
  }
}
