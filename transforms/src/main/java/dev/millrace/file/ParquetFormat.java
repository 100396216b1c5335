// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockSchema;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/** Parquet; positions are rows, and parts begin with row groups. */
record ParquetFormat(BlockSchema schema) implements FileFormat {

  /** Of each column one page is decompressed at a time, and its dictionary stays. */
  private static final long PAGE_BYTES = 2L << 20;

  static ParquetFileReader reader(String file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs(file))
            .usePageChecksumVerification()
            .build();
    try {
      return ParquetFileReader.open(new ParquetBytes.Input(file), options);
    } catch (RuntimeException noParquet) {
      throw new IOException(
          "Cannot read %s: it is no Parquet file, or ends early".formatted(file), noParquet);
    }
  }

  /** The columns of a file. */
  static BlockSchema schemaOf(String file) throws IOException {
    try (ParquetFileReader reader = reader(file)) {
      return ParquetTypes.toBlock(file, reader.getFileMetaData().getSchema());
    }
  }

  @Override
  public List<Lane.Sized> parts(Metadata file, long target) throws IOException {
    String name = file.resourceId().toString();
    List<Lane.Sized> parts = new ArrayList<>();
    try (ParquetFileReader reader = reader(name)) {
      List<BlockMetaData> groups = reader.getRowGroups();
      long row = 0;
      long from = 0;
      long weight = 0;
      long held = 0;
      for (int i = 0; i < groups.size(); i++) {
        BlockMetaData group = groups.get(i);
        long bytes = group.getCompressedSize();
        if (bytes < 0 || bytes > file.sizeBytes()) {
          throw new IOException(
              "Cannot read %s: row group %d takes %d bytes (must be %d at most, the file's)"
                  .formatted(name, i, bytes, file.sizeBytes()));
        }
        row += group.getRowCount();
        weight += bytes;
        long pages = Math.min(group.getTotalByteSize(), PAGE_BYTES * schema.size());
        held = Math.max(held, bytes + pages);
        boolean isLast = i == groups.size() - 1;
        if (isLast || weight >= target) {
          long to = isLast ? FilePart.END : row;
          parts.add(new Lane.Sized(new FilePart(name, from, to), weight, held));
          from = row;
          weight = 0;
          held = 0;
        }
      }
    }
    return parts;
  }

  @Override
  public PartReader open(FilePart part, long at, ByteSize blockSize) throws IOException {
    return new ParquetPartReader(schema, part, at, blockSize);
  }
}
