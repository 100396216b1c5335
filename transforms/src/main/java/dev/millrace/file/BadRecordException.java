// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

/** Says what is wrong with a record, and what would be right: the rest of a sentence. */
final class BadRecordException extends RuntimeException {

  BadRecordException(String why) {
    super(why);
  }
}
