// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

/** Wrong usage or configuration, told in one sentence. */
public final class UsageException extends RuntimeException {

  public UsageException(String sentence) {
    super(sentence);
  }

  public UsageException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
