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
          case Oid.NUMERIC -> numeric(column.modifier());
          case Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR -> BlockType.TEXT;
          case Oid.BYTEA -> BlockType.BYTES;
          case Oid.DATE -> BlockType.DATE;
          case Oid.TIME -> BlockType.TIME;
          case Oid.TIMESTAMP -> BlockType.TIMESTAMP;
          case Oid.TIMESTAMPTZ -> BlockType.TIMESTAMPTZ;
          case Oid.UUID -> BlockType.UUID;
          case Oid.JSON, Oid.JSONB -> BlockType.JSON;
          default ->
              throw new IllegalArgumentException(
                  "Cannot read column "
                      + column.name()
                      + " of "
                      + table.name()
                      + ": type "
                      + column.typeName()
                      + " is not carried; leave the column out, or cast it in a view");
        };
    return new Column(column.name(), type);
  }

  private static BlockType numeric(int modifier) {
    if (modifier < MODIFIER_HEADER) {
      return BlockType.NUMERIC;
    }
    int precision = precision(modifier);
    int scale = scale(modifier);
    // A scale below 0 or above the precision is legal here and not in Arrow.
    return precision <= 76 && scale >= 0 && scale <= precision
        ? BlockType.decimal(precision, scale)
        : BlockType.NUMERIC;
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
