// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import dev.millrace.control.ByteSize;
import dev.millrace.control.UnitEstimate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Reads row groups column by column; holds the bytes of one. */
final class ParquetPartReader implements PartReader {

  private static final int FIRST_ROWS = 64;

  private final BlockSchema schema;
  private final FilePart part;
  private final ByteSize blockSize;
  private final ParquetFileReader file;
  private final MessageType wanted;
  private final BlockBuilder builder;
  private long position;
  private int group;

  // Of the row group that is read.
  private @Nullable UnitEstimate estimate;
  private List<ColumnReader> columns = List.of();
  private long left;

  ParquetPartReader(BlockSchema schema, FilePart part, long at, ByteSize blockSize)
      throws IOException {
    this.schema = schema;
    this.part = part;
    this.blockSize = blockSize;
    this.builder = new BlockBuilder(schema);
    this.file = ParquetFormat.reader(part.file());
    try {
      this.wanted = wanted(file.getFileMetaData().getSchema());
      file.setRequestedSchema(wanted);
      skipTo(at);
    } catch (IOException | RuntimeException failure) {
      file.close();
      throw failure;
    }
  }

  private MessageType wanted(MessageType there) throws IOException {
    List<Type> fields = new ArrayList<>();
    for (Column column : schema.columns()) {
      BlockType found =
          there.containsField(column.name())
              ? ParquetTypes.toBlock(part.file(), there.getType(column.name()))
              : null;
      if (!column.type().equals(found)) {
        throw new IOException(
            "Cannot read %s: column %s is %s (must be of %s)"
                .formatted(
                    part.file(),
                    column.name(),
                    found == null ? "not there" : "of " + found,
                    column.type()));
      }
      fields.add(there.getType(column.name()));
    }
    return new MessageType(there.getName(), fields);
  }

  private void skipTo(long at) throws IOException {
    List<BlockMetaData> groups = file.getRowGroups();
    while (group < groups.size() && position + groups.get(group).getRowCount() <= at) {
      position += groups.get(group++).getRowCount();
      file.skipNextRowGroup();
    }
    long within = at - position;
    if (within > 0 && startGroup()) {
      for (ColumnReader column : columns) {
        for (long i = 0; i < within; i++) {
          // A NULL has no value to be skipped.
          if (column.getCurrentDefinitionLevel()
              == column.getDescriptor().getMaxDefinitionLevel()) {
            column.skip();
          }
          column.consume();
        }
      }
      left -= within;
      position = at;
    }
  }

  /** Begins the next row group; false if there is none. */
  private boolean startGroup() throws IOException {
    if (group == file.getRowGroups().size()) {
      return false;
    }
    BlockMetaData next = file.getRowGroups().get(group++);
    PageReadStore pages = requireNonNull(file.readNextRowGroup());
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(
            pages, new Converters(), wanted, file.getFileMetaData().getCreatedBy());
    columns = wanted.getColumns().stream().map(store::getColumnReader).toList();
    left = next.getRowCount();
    estimate = new UnitEstimate((double) next.getTotalByteSize() / Math.max(1, left));
    return true;
  }

  @Override
  public @Nullable Batch next() throws IOException {
    try {
      while (left == 0) {
        if (position >= part.to() || !startGroup()) {
          return null;
        }
      }
      UnitEstimate estimate = requireNonNull(this.estimate);
      int rows = 0;
      // A builder without rows has some bytes too.
      do {
        long bytes = builder.bytes();
        // What a file says of its size is of values in a dictionary: no more than doubles at once.
        long most = Math.min(left, Math.max(FIRST_ROWS, rows));
        int step = (int) Math.min(most, estimate.unitsFor(blockSize.bytes() - bytes));
        append(step, rows);
        rows += step;
        left -= step;
        estimate.observe(step, builder.bytes() - bytes);
      } while (left > 0 && builder.bytes() < blockSize.bytes());
      Block block = builder.build(Origin.NONE);
      position += rows;
      return new Batch(block, List.of());
    } catch (ParquetRuntimeException damaged) {
      throw new IOException(
          "Cannot read %s: after row %d: %s".formatted(part.file(), position, damaged.getMessage()),
          damaged);
    }
  }

  private void append(int rows, int before) throws IOException {
    for (int i = 0; i < columns.size(); i++) {
      Type type = wanted.getType(i);
      try {
        ParquetRows.append(builder.column(i), type.asPrimitiveType(), columns.get(i), rows);
      } catch (BadRecordException bad) {
        throw new IOException(
            "Cannot read %s: one of the %d rows from row %d on has %s in column %s"
                .formatted(
                    part.file(), rows, position + before + 1, bad.getMessage(), type.getName()));
      }
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Is asked for and not used: values are taken from the columns. */
  private static final class Converters extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return new PrimitiveConverter() {};
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
