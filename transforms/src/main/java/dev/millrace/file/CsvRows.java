// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;

/** Parses records into a builder's rows. Not safe for use by several threads. */
final class CsvRows {

  private final BlockSchema schema;
  private final boolean oneLineEach;
  private final CSVFormat format;

  // By field of the file: the column it goes to, or -1.
  private final int[] columns;

  /**
   * @param file its name
   * @param header the file's columns; empty when it does not name them
   * @throws IOException when the header lacks a column, or has it twice
   */
  CsvRows(BlockSchema schema, Csv csv, String file, List<String> header) throws IOException {
    this.schema = schema;
    this.oneLineEach = csv.oneLineEach();
    this.columns = columns(schema, file, header);
    this.format =
        format(csv)
            .setNullString(csv.nullText())
            // So that what is quoted is not taken for NULL.
            .setQuoteMode(QuoteMode.ALL_NON_NULL)
            // Of a single column it is NULL.
            .setIgnoreEmptyLines(columns.length > 1)
            .get();
  }

  private static CSVFormat.Builder format(Csv csv) {
    return CSVFormat.RFC4180.builder().setDelimiter(csv.separator());
  }

  /** The fields of a header. */
  static List<String> header(Csv csv, String record) throws IOException {
    try (CSVParser parser = format(csv).get().parse(new StringReader(record))) {
      return parser.iterator().next().toList();
    }
  }

  private static int[] columns(BlockSchema schema, String file, List<String> header)
      throws IOException {
    if (header.isEmpty()) {
      int[] all = new int[schema.size()];
      Arrays.setAll(all, i -> i);
      return all;
    }
    int[] columns = new int[header.size()];
    Arrays.setAll(columns, i -> schema.names().indexOf(header.get(i)));
    for (String name : schema.names()) {
      long times = header.stream().filter(name::equals).count();
      if (times != 1) {
        throw new IOException(
            "Cannot read %s: its header has column %s %s (must be once among %s)"
                .formatted(file, name, times == 0 ? "not" : times + " times", header));
      }
    }
    return columns;
  }

  /**
   * Parses records.
   *
   * @param to which they are added; of no use after a failure
   * @throws BadRecordException when one is wrong
   */
  void parse(String records, BlockBuilder to) {
    try (CSVParser parser = format.parse(new StringReader(records))) {
      for (CSVRecord record : parser) {
        append(record, to);
      }
    } catch (IOException | UncheckedIOException malformed) {
      throw new BadRecordException(
          "has a quote that is not closed, or text after a closing one (must be doubled to be text)");
    }
  }

  private void append(CSVRecord record, BlockBuilder to) {
    int fields = record.size();
    if (fields != columns.length) {
      throw new BadRecordException(
          "has %d %s (must have %d)"
              .formatted(fields, fields == 1 ? "field" : "fields", columns.length));
    }
    for (int i = 0; i < fields; i++) {
      String text = record.get(i);
      if (text != null && oneLineEach && text.indexOf('\n') >= 0) {
        throw new BadRecordException(
            "has a line break in a field (must have none when read as one line each)");
      }
      int column = columns[i];
      if (column < 0) {
        continue;
      }
      if (text == null) {
        to.column(column).appendNull();
      } else {
        CsvText.append(to.column(column), schema.column(column).name(), text);
      }
    }
  }
}
