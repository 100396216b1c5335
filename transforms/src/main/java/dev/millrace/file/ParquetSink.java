// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import org.apache.beam.sdk.io.FileIO;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Writes blocks as the row groups of a Parquet file; holds one row group. */
final class ParquetSink implements FileIO.Sink<Block> {

  /** What a file that is open holds on the heap, about. */
  static final long ROW_GROUP_BYTES = 16L << 20;

  private static final int INDEX_CHARACTERS = 64;

  private final Marshalled<BlockSchema> schema;
  private final CompressionCodecName codec;

  private transient @Nullable MessageType message;
  private transient @Nullable ParquetFileWriter out;
  private transient @Nullable ColumnChunkPageWriteStore pages;
  private transient @Nullable ColumnWriteStore columns;
  private transient long rows;

  /**
   * @throws IllegalArgumentException when Parquet has no type for a column
   */
  ParquetSink(BlockSchema schema, CompressionCodecName codec) {
    ParquetTypes.toParquet(schema);
    this.schema = Marshalled.of(schema);
    this.codec = codec;
  }

  @Override
  public void open(WritableByteChannel channel) throws IOException {
    MessageType message = ParquetTypes.toParquet(schema.get());
    ParquetFileWriter out =
        new ParquetFileWriter(
            new ParquetBytes.Output(channel),
            message,
            ParquetFileWriter.Mode.CREATE,
            ROW_GROUP_BYTES,
            0,
            null,
            ParquetProperties.builder().build());
    out.start();
    this.message = message;
    this.out = out;
    startGroup();
  }

  private void startGroup() {
    MessageType message = requireNonNull(this.message);
    ColumnChunkPageWriteStore pages =
        new ColumnChunkPageWriteStore(
            new ParquetCodecs("a file to be written").getCompressor(codec),
            message,
            new HeapByteBufferAllocator(),
            INDEX_CHARACTERS,
            true);
    this.pages = pages;
    this.columns = ParquetProperties.builder().build().newColumnWriteStore(message, pages, pages);
    this.rows = 0;
  }

  @Override
  public void write(Block block) throws IOException {
    ColumnWriteStore columns = requireNonNull(this.columns);
    MessageType message = requireNonNull(this.message);
    ColumnWriter[] writers = new ColumnWriter[block.schema().size()];
    PrimitiveTypeName[] types = new PrimitiveTypeName[writers.length];
    for (int i = 0; i < writers.length; i++) {
      ColumnDescriptor descriptor = message.getColumns().get(i);
      writers[i] = columns.getColumnWriter(descriptor);
      types[i] = descriptor.getPrimitiveType().getPrimitiveTypeName();
    }
    for (int row = 0; row < block.rows(); row++) {
      for (int i = 0; i < writers.length; i++) {
        BlockColumn column = block.column(i);
        if (column.isNull(row)) {
          writers[i].writeNull(0, 0);
        } else {
          write(writers[i], types[i], column, row, block.schema().column(i).name());
        }
      }
      columns.endRecord();
    }
    rows += block.rows();
    if (columns.getBufferedSize() >= ROW_GROUP_BYTES) {
      endGroup();
      startGroup();
    }
  }

  private static void write(
      ColumnWriter writer, PrimitiveTypeName type, BlockColumn column, int row, String name)
      throws IOException {
    switch (column.type().kind()) {
      case BOOL -> writer.write(column.getBool(row), 0, 1);
      case INT16 -> writer.write((int) column.getShort(row), 0, 1);
      case INT32 -> writer.write(column.getInt(row), 0, 1);
      case INT64, TIME -> writer.write(column.getLong(row), 0, 1);
      case FLOAT32 -> writer.write(column.getFloat(row), 0, 1);
      case FLOAT64 -> writer.write(column.getDouble(row), 0, 1);
      case DATE -> {
        int days = column.getInt(row);
        requireFinite(days != Integer.MIN_VALUE && days != Integer.MAX_VALUE, name);
        writer.write(days, 0, 1);
      }
      case TIMESTAMP, TIMESTAMPTZ -> {
        long micros = column.getLong(row);
        requireFinite(ParquetRows.isFinite(micros), name);
        writer.write(micros, 0, 1);
      }
      case DECIMAL -> {
        requireFinite(!column.isNaN(row), name);
        if (type == PrimitiveTypeName.INT64) {
          writer.write(column.getDecimal(row).unscaledValue().longValueExact(), 0, 1);
        } else {
          writer.write(Binary.fromConstantByteArray(reversed(column.getBytes(row))), 0, 1);
        }
      }
      default -> writer.write(Binary.fromConstantByteArray(column.getBytes(row)), 0, 1);
    }
  }

  private static void requireFinite(boolean isFinite, String column) throws IOException {
    if (!isFinite) {
      throw new IOException(
          "Cannot write a value of column %s as Parquet: it is infinite, beyond its range or NaN"
              .formatted(column));
    }
  }

  private static byte[] reversed(byte[] littleEndian) {
    byte[] bigEndian = new byte[littleEndian.length];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
    }
    return bigEndian;
  }

  private void endGroup() throws IOException {
    ParquetFileWriter out = requireNonNull(this.out);
    ColumnWriteStore columns = requireNonNull(this.columns);
    if (rows > 0) {
      out.startBlock(rows);
      columns.flush();
      requireNonNull(pages).flushToFileWriter(out);
      out.endBlock();
    }
    columns.close();
  }

  @Override
  public void flush() throws IOException {
    endGroup();
    requireNonNull(out).end(Map.of());
  }
}
