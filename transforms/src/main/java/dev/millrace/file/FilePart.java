// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.Serializable;

/**
 * A part of a file that is read by itself. Positions are in the format's own unit, which grows from
 * the file's start.
 *
 * @param file its name, as Beam's file systems resolve it
 * @param from where it begins
 * @param to where the next part begins; {@link #END} if this is the last
 */
record FilePart(String file, long from, long to) implements Serializable {

  /** Beyond the end of every file. */
  static final long END = 1L << 48;

  /** A whole file. */
  static FilePart whole(String file) {
    return new FilePart(file, 0, END);
  }
}
