// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import com.google.common.hash.Hashing;
import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;

/**
 * All rows of some files, for who needs them whole and outside of a pipeline's collections: {@link
 * ReadFiles#contents}. Immutable and safe for use by several threads.
 */
public final class FileContents implements Serializable {

  /** Takes blocks. */
  @FunctionalInterface
  public interface Sink {
    void take(Block block) throws IOException;
  }

  private final String pattern;
  private final Marshalled<FileFormat> format;
  private final ByteSize blockSize;

  FileContents(String pattern, FileFormat format, ByteSize blockSize) {
    this.pattern = pattern;
    this.format = Marshalled.of(format);
    this.blockSize = blockSize;
  }

  /** The pattern that the files' names match. */
  public String name() {
    return pattern;
  }

  /** The columns that are read. */
  public BlockSchema schema() {
    return format.get().schema();
  }

  /**
   * What tells the files from what they were: their names, sizes, times of change and, where the
   * file system has them, checksums. A file that is written again within the precision of its time,
   * to the same size, looks the same.
   *
   * @throws IOException when there are none, or the file system does not say
   */
  public String fingerprint() throws IOException {
    StringBuilder all = new StringBuilder();
    LanesFn.match(pattern).stream()
        .map(
            file ->
                "%s\n%d\n%d\n%s\n"
                    .formatted(
                        file.resourceId(),
                        file.sizeBytes(),
                        file.lastModifiedMillis(),
                        file.checksum()))
        .sorted()
        .forEach(all::append);
    return Hashing.sha256().hashString(all, StandardCharsets.UTF_8).toString();
  }

  /**
   * Reads all rows, one file after the other.
   *
   * @throws IOException when a file or a record cannot be read, with a sentence that names it, or
   *     of the sink
   */
  public void read(Sink sink) throws IOException {
    for (Metadata file : LanesFn.match(pattern)) {
      for (Lane.Sized part : format.get().parts(file, Long.MAX_VALUE)) {
        try (PartReader reader = format.get().open(part.part(), part.part().from(), blockSize)) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            if (!batch.bad().isEmpty()) {
              throw batch.bad().get(0).failure();
            }
            sink.take(batch.rows());
          }
        }
      }
    }
  }
}
