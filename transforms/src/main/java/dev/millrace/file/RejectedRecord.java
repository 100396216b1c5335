// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.IOException;

/**
 * A record of a file that could not be read.
 *
 * @param file its name
 * @param line where it begins, 1 or more
 * @param text as it stands there; what is not UTF-8 is U+FFFD
 * @param why what is wrong and what would be right
 */
public record RejectedRecord(String file, long line, String text, String why) {

  /** Where nothing may be rejected. */
  IOException failure() {
    return new IOException("Cannot read %s: line %d %s".formatted(file, line, why));
  }
}
