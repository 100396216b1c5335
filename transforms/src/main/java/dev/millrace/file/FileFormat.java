// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockSchema;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;

/** How the rows of files are found. Immutable. */
interface FileFormat extends Serializable {

  /** The columns that are read. */
  BlockSchema schema();

  /**
   * Cuts a file where it can be.
   *
   * @param target about how many bytes a part should be of
   */
  List<Lane.Sized> parts(Metadata file, long target) throws IOException;

  /**
   * Opens a part.
   *
   * @param at the part's begin, or a position that an earlier reader of it had
   * @param blockSize the size to cut blocks at
   */
  PartReader open(FilePart part, long at, ByteSize blockSize) throws IOException;
}
