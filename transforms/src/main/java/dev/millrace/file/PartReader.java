// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a part of a file, some rows at a time. Used by one thread at a time. */
interface PartReader extends Closeable {

  /**
   * The next rows; null at the part's end.
   *
   * @throws IOException when the file cannot be read on, with a sentence that names it
   */
  @Nullable Batch next() throws IOException;

  /** Where the rows after those returned last begin; below {@link FilePart#END}. */
  long position();
}
