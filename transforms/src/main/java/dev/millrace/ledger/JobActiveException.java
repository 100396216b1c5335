// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

/** A run was refused because another run of the same job is active. */
public final class JobActiveException extends IllegalStateException {

  public JobActiveException(String message) {
    super(message);
  }
}
