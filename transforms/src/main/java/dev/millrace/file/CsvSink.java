// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.beam.sdk.io.FileIO;
import org.jspecify.annotations.Nullable;

/** Writes the rows of blocks as records of CSV, of which only those fields are quoted that must. */
final class CsvSink implements FileIO.Sink<Block> {

  private final Marshalled<BlockSchema> schema;
  private final Csv csv;

  private transient @Nullable OutputStream out;
  private transient @Nullable StringBuilder text;

  CsvSink(BlockSchema schema, Csv csv) {
    CsvFormat.check(schema);
    this.schema = Marshalled.of(schema);
    this.csv = csv;
  }

  @Override
  public void open(WritableByteChannel channel) throws IOException {
    out = Channels.newOutputStream(channel);
    text = new StringBuilder();
    if (csv.header()) {
      List<String> names = schema.get().names();
      for (int i = 0; i < names.size(); i++) {
        field(i, names.get(i));
      }
      endRecord();
    }
  }

  @Override
  public void write(Block block) throws IOException {
    for (int row = 0; row < block.rows(); row++) {
      for (int i = 0; i < block.schema().size(); i++) {
        BlockColumn column = block.column(i);
        field(i, column.isNull(row) ? null : text(block, i, row));
      }
      endRecord();
    }
  }

  private String text(Block block, int column, int row) throws IOException {
    String why;
    try {
      String value = CsvText.of(block.column(column), row);
      if (!csv.oneLineEach() || value.indexOf('\n') < 0) {
        return value;
      }
      why = "it has a line break, and a record is to be one line";
    } catch (ArithmeticException | IllegalArgumentException noText) {
      why = String.valueOf(noText.getMessage());
    }
    throw new IOException(
        "Cannot write a value of column %s as CSV: %s"
            .formatted(block.schema().column(column).name(), why));
  }

  private void field(int index, @Nullable String value) {
    StringBuilder text = requireNonNull(this.text);
    if (index > 0) {
      text.append(csv.separator());
    }
    if (value == null) {
      text.append(csv.nullText());
    } else if (isQuoted(value)) {
      text.append('"').append(value.replace("\"", "\"\"")).append('"');
    } else {
      text.append(value);
    }
  }

  /** Whether a value unquoted would be taken for another, or for NULL. */
  private boolean isQuoted(String value) {
    if (value.isEmpty() || value.equals(csv.nullText())) {
      return true;
    }
    for (int i = 0; i < value.length(); i++) {
      char each = value.charAt(i);
      if (each == csv.separator() || each == '"' || each == '\n' || each == '\r') {
        return true;
      }
    }
    return false;
  }

  private void endRecord() throws IOException {
    StringBuilder text = requireNonNull(this.text);
    text.append('\n');
    if (text.length() >= FileBytes.READ_BYTES) {
      flush();
    }
  }

  @Override
  public void flush() throws IOException {
    StringBuilder text = requireNonNull(this.text);
    requireNonNull(out).write(text.toString().getBytes(StandardCharsets.UTF_8));
    text.setLength(0);
  }
}
