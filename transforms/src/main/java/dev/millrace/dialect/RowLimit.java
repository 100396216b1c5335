// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.Column;
import dev.millrace.control.ByteSize;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * The widest row that is read. On its way a row is held whole several times over: as a message, in
 * a builder, in a block, in the runner's copies of it, and in the buffer that it is written from.
 *
 * <p>Where a table may have wider rows the server looks at each before it sends it, so that it is
 * refused by name and not by an exhausted heap.
 */
final class RowLimit {

  /** A row may be one in so many parts of the heap. */
  private static final int HEAP_PART = 12;

  /** What the server can send in one message. */
  private static final long MESSAGE = (1L << 30) - 1;

  /** How many times as wide as on disk a value may be that the server compressed. */
  private static final int COMPRESSION = 16;

  private static final String MARK = "millrace row of ";

  // As in: invalid input syntax for type integer: "millrace row of 123 bytes, id = 7"
  private static final Pattern MARKED =
      Pattern.compile(MARK + "(\\d+) bytes(.*)\"", Pattern.DOTALL);

  private final Table table;
  private final long heap;
  private final long bytes;

  private RowLimit(Table table, long heap) {
    this.table = table;
    this.heap = heap;
    this.bytes = Math.min(MESSAGE, heap / HEAP_PART);
  }

  /** The limit of a heap of so many bytes. */
  static RowLimit of(Table table, long heap) {
    return new RowLimit(table, heap);
  }

  static RowLimit ofThisJvm(Table table) {
    return of(table, Runtime.getRuntime().maxMemory());
  }

  boolean isExceededBy(long width) {
    return width > bytes;
  }

  /** Whether the server should look at every row. */
  boolean isAtRisk() {
    return table.outOfLine() < 0 || table.outOfLine() > bytes / COMPRESSION;
  }

  /**
   * An expression that is the column's value, unless the row is too wide: then its evaluation fails
   * with an error that {@link #refusal} understands.
   *
   * @param value the expression of the column that is read first
   * @param columns all that are read
   */
  String guard(String value, List<Column> columns) {
    String width =
        columns.stream()
            .filter(column -> column.type().isVariable())
            .map(column -> " + coalesce(" + width(table.column(column.name())) + ", 0)")
            .collect(Collectors.joining("", "0::bigint", ""));
    // A text that is no number fails in a cast to one, and only where the CASE comes to it.
    return "CASE WHEN CASE WHEN "
        + width
        + " > "
        + bytes
        + " THEN concat('"
        + MARK
        + "', "
        + width
        + ", ' bytes'"
        + key()
        + ")::int IS NULL ELSE false END THEN NULL ELSE "
        + value
        + " END";
  }

  /** The width of a value without looking at it; compressed, of types that cannot tell. */
  private static String width(TableColumn column) {
    String name = "t." + Sql.identifier(column.name());
    return switch (column.type()) {
      case Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR, Oid.BYTEA -> "octet_length(" + name + ")";
      default -> "pg_column_size(" + name + ")";
    };
  }

  private String key() {
    List<String> parts = new ArrayList<>();
    for (String column : table.rowKey().orElse(List.of())) {
      String label = Sql.literal(", " + column + " = ");
      parts.add(", " + label + ", left(t." + Sql.identifier(column) + "::text, 200)");
    }
    return String.join("", parts);
  }

  /** A failure of the server as the refusal of a row, if a guard made it. */
  SQLException refusal(SQLException failure) {
    Matcher marked = MARKED.matcher(String.valueOf(failure.getMessage()));
    return marked.find()
        ? refusal(Long.parseLong(marked.group(1)), marked.group(2), failure)
        : failure;
  }

  /**
   * The refusal of a row.
   *
   * @param key where it is, after a comma; empty when not known
   */
  SQLException refusal(long width, String key, @Nullable SQLException cause) {
    return new SQLException(
        "Cannot read "
            + table.name()
            + ": a row"
            + (key.isEmpty() ? "" : key.replaceFirst(",", " with"))
            + " has "
            + width
            + " bytes, and at most "
            + bytes
            + " pass with a heap of "
            + ByteSize.ofBytes(heap)
            + "; give the JVM a larger heap, or leave the row or a column out",
        cause);
  }

  /** The refusal of a row that the heap had no room for at all. */
  SQLException refusal(OutOfMemoryError failure) {
    return new SQLException(
        "Cannot read "
            + table.name()
            + ": a row did not fit what is left of a heap of "
            + ByteSize.ofBytes(heap)
            + "; give the JVM a larger heap, or leave wide columns out",
        failure);
  }
}
