// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

/** Wrong usage or configuration, told in one sentence. */
final class UsageException extends RuntimeException {

  UsageException(String sentence) {
    super(sentence);
  }

  UsageException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
