// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

/** A run was refused, or ended, because the columns of a table are not what they were. */
public final class SchemaDriftException extends IllegalStateException {

  public SchemaDriftException(String message) {
    super(message);
  }
}
