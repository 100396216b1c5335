// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows as lists of values, and what readers make of files. */
final class Read {

  private Read() {}

  /** A row that may hold NULLs. */
  static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  static List<List<@Nullable Object>> rows(Block block) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < block.rows(); row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < block.schema().size(); i++) {
        values.add(block.column(i).value(row));
      }
      rows.add(values);
    }
    return rows;
  }

  static Block block(BlockSchema schema, List<List<@Nullable Object>> rows) {
    BlockBuilder builder = new BlockBuilder(schema);
    for (List<@Nullable Object> row : rows) {
      for (int i = 0; i < schema.size(); i++) {
        builder.column(i).append(row.get(i));
      }
    }
    return builder.build(Origin.NONE);
  }

  /**
   * The rows of parts, for which a reader is opened anew after each of its batches, as after a
   * restart.
   */
  static List<List<@Nullable Object>> resuming(
      FileFormat format, List<FilePart> parts, ByteSize blockSize, List<RejectedRecord> bad)
      throws IOException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (FilePart part : parts) {
      long at = part.from();
      Batch batch;
      do {
        try (PartReader reader = format.open(part, at, blockSize)) {
          batch = reader.next();
          at = reader.position();
        }
        if (batch != null) {
          rows.addAll(rows(batch.rows()));
          bad.addAll(batch.bad());
        }
      } while (batch != null);
    }
    return rows;
  }
}
