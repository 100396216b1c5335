// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

/** A block was refused because a newer attempt reads its split, or nobody any longer. */
public final class StaleEpochException extends IllegalStateException {

  StaleEpochException(String message) {
    super(message);
  }
}
