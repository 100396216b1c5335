// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

/** A refusal to close a window, because rows could be lost; it says why and what to do about it. */
public final class HorizonException extends IllegalStateException {

  HorizonException(String message) {
    super(message);
  }
}
