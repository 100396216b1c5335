// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.Column;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;

/** CSV; positions are bytes of what was compressed. */
record CsvFormat(BlockSchema schema, Csv csv, Compression compression) implements FileFormat {

  /** What was read, its text, and the rows of it. Longer records take more while they pass. */
  private static final long HELD = 4L * FileBytes.READ_BYTES;

  CsvFormat {
    check(schema);
  }

  /**
   * Checks that CSV can hold the columns.
   *
   * @throws IllegalArgumentException when it cannot
   */
  static void check(BlockSchema schema) {
    for (Column column : schema.columns()) {
      if (!CsvText.has(column.type())) {
        throw new IllegalArgumentException(
            "Invalid column: %s of %s (must be of a type that CSV has)"
                .formatted(column.name(), column.type()));
      }
    }
  }

  @Override
  public List<Lane.Sized> parts(Metadata file, long target) {
    String name = file.resourceId().toString();
    long size = file.sizeBytes();
    if (!csv.oneLineEach() || !FileBytes.isSeekable(compression, name)) {
      return List.of(new Lane.Sized(FilePart.whole(name), size, HELD));
    }
    long count = Math.max(1, size / target);
    List<Lane.Sized> parts = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long from = size / count * i;
      long to = i == count - 1 ? FilePart.END : size / count * (i + 1);
      parts.add(new Lane.Sized(new FilePart(name, from, to), size / count, HELD));
    }
    return parts;
  }

  @Override
  public PartReader open(FilePart part, long at, ByteSize blockSize) throws IOException {
    return new CsvPartReader(this, part, at, blockSize);
  }
}
