// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import org.postgresql.core.Oid;

/** Which type of a block carries which type of PostgreSQL. */
final class PgType {

  /** PostgreSQL counts days and microseconds from 2000-01-01, blocks from 1970-01-01. */
  static final int EPOCH_DAYS = 10_957;

  static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

  private static final int MODIFIER_HEADER = 4;

  /** Between a name of money and its currency. */
  static final String CURRENCY = " in ";

  private PgType() {}

  /**
   * The column of a block that carries a column of a table exactly.
   *
   * @throws IllegalArgumentException when no type of a block does
   */
  static Column carrier(Table table, TableColumn column) {
    BlockType type =
        switch (column.type()) {
          case Oid.BOOL -> BlockType.BOOL;
          case Oid.INT2 -> BlockType.INT16;
          case Oid.INT4 -> BlockType.INT32;
          case Oid.INT8 -> BlockType.INT64;
          case Oid.FLOAT4 -> BlockType.FLOAT32;
          case Oid.FLOAT8 -> BlockType.FLOAT64;
          case Oid.NUMERIC -> numeric(column);
          case Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR -> BlockType.TEXT;
          case Oid.BYTEA -> BlockType.BYTES;
          case Oid.DATE -> BlockType.DATE;
          case Oid.TIME -> BlockType.TIME;
          case Oid.TIMESTAMP -> BlockType.TIMESTAMP;
          case Oid.TIMESTAMPTZ -> BlockType.TIMESTAMPTZ;
          case Oid.UUID -> BlockType.UUID;
          case Oid.JSON, Oid.JSONB -> BlockType.JSON;
          // Any text is the text of an XML.
          case Oid.XML -> BlockType.TEXT;
          default -> byShape(table, column);
        };
    return new Column(column.name(), type);
  }

  private static BlockType byShape(Table table, TableColumn column) {
    Shape shape = column.shape();
    return switch (shape.transport()) {
      case SEND -> BlockType.opaque(shape.name());
      case LABEL -> BlockType.TEXT;
      case TEXT -> BlockType.textOf(shape.name());
      case NONE ->
          throw new IllegalArgumentException(
              "Cannot read column "
                  + column.name()
                  + " of "
                  + table.name()
                  + ": a "
                  + column.typeName()
                  + " means nothing outside its database; leave the column out, or cast it to text"
                  + " in a view");
    };
  }

  /** Whether a column is read as its type's output text, and not as the type sends it. */
  static boolean readsText(TableColumn column) {
    return column.shape().transport() == Shape.Transport.TEXT;
  }

  private static BlockType numeric(TableColumn column) {
    int modifier = column.modifier();
    if (modifier < MODIFIER_HEADER) {
      return BlockType.NUMERIC;
    }
    int precision = precision(modifier);
    int scale = scale(modifier);
    // A scale below 0 or above the precision is legal here and not in Arrow.
    return precision <= 76 && scale >= 0 && scale <= precision
        ? BlockType.decimal(precision, scale)
        : BlockType.numericOf(column.shape().name());
  }

  /** A type in SQL, without limits, that holds every value of a type of a block unchanged. */
  static String sql(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> "boolean";
      case INT16 -> "smallint";
      case INT32 -> "integer";
      case INT64 -> "bigint";
      case FLOAT32 -> "real";
      case FLOAT64 -> "double precision";
      case DECIMAL, NUMERIC -> "numeric";
      case TEXT -> "text";
      case BYTES -> "bytea";
      case DATE -> "date";
      case TIME -> "time";
      case TIMESTAMP -> "timestamp";
      case TIMESTAMPTZ -> "timestamptz";
      case UUID -> "uuid";
      case JSON -> "json";
      case OPAQUE -> type.sqlName().split(CURRENCY, 2)[0];
    };
  }

  /** The OID of {@link #sql}, where the server has one for all types of the kind. */
  static int oid(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> Oid.BOOL;
      case INT16 -> Oid.INT2;
      case INT32 -> Oid.INT4;
      case INT64 -> Oid.INT8;
      case FLOAT32 -> Oid.FLOAT4;
      case FLOAT64 -> Oid.FLOAT8;
      case DECIMAL, NUMERIC -> Oid.NUMERIC;
      case TEXT -> Oid.TEXT;
      case BYTES -> Oid.BYTEA;
      case DATE -> Oid.DATE;
      case TIME -> Oid.TIME;
      case TIMESTAMP -> Oid.TIMESTAMP;
      case TIMESTAMPTZ -> Oid.TIMESTAMPTZ;
      case UUID -> Oid.UUID;
      case JSON -> Oid.JSON;
      case OPAQUE -> Oid.UNSPECIFIED;
    };
  }

  /** The most characters of a {@code varchar(n)} or {@code char(n)}; -1 for no limit. */
  static int characters(TableColumn column) {
    boolean limited = column.type() == Oid.VARCHAR || column.type() == Oid.BPCHAR;
    return limited && column.modifier() >= MODIFIER_HEADER
        ? column.modifier() - MODIFIER_HEADER
        : -1;
  }

  /** Digits of a numeric with a modifier. */
  static int precision(int modifier) {
    return (modifier - MODIFIER_HEADER) >> 16 & 0xffff;
  }

  /** Digits after the point, an 11-bit number with sign. */
  static int scale(int modifier) {
    return ((modifier - MODIFIER_HEADER & 0x7ff) ^ 1024) - 1024;
  }
}
