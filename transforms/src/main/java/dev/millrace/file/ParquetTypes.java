// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** The correspondence between a block's columns and those of a Parquet file. */
final class ParquetTypes {

  private static final int UUID_BYTES = 16;
  private static final int DIGITS_OF_LONG = 18;

  private ParquetTypes() {}

  /**
   * The columns of a file.
   *
   * @throws IllegalArgumentException when one has no form in a block
   */
  static BlockSchema toBlock(String file, MessageType schema) {
    List<Column> columns = new ArrayList<>();
    for (Type field : schema.getFields()) {
      columns.add(Column.of(field.getName(), toBlock(file, field)));
    }
    return new BlockSchema(columns);
  }

  /** The type of a column of a file. */
  static BlockType toBlock(String file, Type field) {
    BlockType type =
        field.isPrimitive() && !field.isRepetition(Type.Repetition.REPEATED)
            ? toBlock(field.asPrimitiveType())
            : null;
    if (type == null) {
      throw new IllegalArgumentException(
          "Cannot read %s: column %s is %s (must be flat and of a type that a block has)"
              .formatted(file, field.getName(), field.toString().replaceAll("\\s+", " ")));
    }
    return type;
  }

  private static @Nullable BlockType toBlock(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return decimal.getScale() < 0 || decimal.getPrecision() > 76
          ? null
          : BlockType.decimal(decimal.getPrecision(), decimal.getScale());
    }
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> BlockType.BOOL;
      case FLOAT -> BlockType.FLOAT32;
      case DOUBLE -> BlockType.FLOAT64;
      case INT32 -> ofInt(logical);
      case INT64 -> ofLong(logical);
      case BINARY -> ofBinary(logical);
      case FIXED_LEN_BYTE_ARRAY -> {
        if (logical instanceof UUIDLogicalTypeAnnotation) {
          yield BlockType.UUID;
        }
        yield logical == null ? BlockType.BYTES : null;
      }
      case INT96 -> null;
    };
  }

  private static @Nullable BlockType ofInt(@Nullable LogicalTypeAnnotation logical) {
    if (logical instanceof DateLogicalTypeAnnotation) {
      return BlockType.DATE;
    }
    if (logical instanceof TimeLogicalTypeAnnotation) {
      return BlockType.TIME;
    }
    if (logical instanceof IntLogicalTypeAnnotation number) {
      if (!number.isSigned()) {
        return null;
      }
      return number.getBitWidth() <= 16 ? BlockType.INT16 : BlockType.INT32;
    }
    return logical == null ? BlockType.INT32 : null;
  }

  private static @Nullable BlockType ofLong(@Nullable LogicalTypeAnnotation logical) {
    if (logical instanceof TimeLogicalTypeAnnotation time) {
      return time.getUnit() == TimeUnit.NANOS ? null : BlockType.TIME;
    }
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      if (timestamp.getUnit() == TimeUnit.NANOS) {
        return null;
      }
      return timestamp.isAdjustedToUTC() ? BlockType.TIMESTAMPTZ : BlockType.TIMESTAMP;
    }
    boolean isPlain =
        logical == null
            || (logical instanceof IntLogicalTypeAnnotation number && number.isSigned());
    return isPlain ? BlockType.INT64 : null;
  }

  private static @Nullable BlockType ofBinary(@Nullable LogicalTypeAnnotation logical) {
    if (logical instanceof StringLogicalTypeAnnotation
        || logical instanceof EnumLogicalTypeAnnotation) {
      return BlockType.TEXT;
    }
    if (logical instanceof JsonLogicalTypeAnnotation) {
      return BlockType.JSON;
    }
    return logical == null ? BlockType.BYTES : null;
  }

  /** Whether a column counts milliseconds, where a block counts microseconds. */
  static boolean isInMillis(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    return (logical instanceof TimeLogicalTypeAnnotation time && time.getUnit() == TimeUnit.MILLIS)
        || (logical instanceof TimestampLogicalTypeAnnotation timestamp
            && timestamp.getUnit() == TimeUnit.MILLIS);
  }

  /**
   * The schema of a file that holds blocks; every column is optional.
   *
   * @throws IllegalArgumentException when Parquet has no type for a column
   */
  static MessageType toParquet(BlockSchema schema) {
    Types.MessageTypeBuilder builder = Types.buildMessage();
    for (Column column : schema.columns()) {
      builder.addField(toParquet(column));
    }
    return builder.named("millrace");
  }

  private static PrimitiveType toParquet(Column column) {
    BlockType type = column.type();
    Types.PrimitiveBuilder<PrimitiveType> builder =
        switch (type.kind()) {
          case BOOL -> Types.optional(PrimitiveTypeName.BOOLEAN);
          case INT16 -> of(PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(16, true));
          case INT32 -> Types.optional(PrimitiveTypeName.INT32);
          case INT64 -> Types.optional(PrimitiveTypeName.INT64);
          case FLOAT32 -> Types.optional(PrimitiveTypeName.FLOAT);
          case FLOAT64 -> Types.optional(PrimitiveTypeName.DOUBLE);
          case DECIMAL -> decimal(type);
          case TEXT -> of(PrimitiveTypeName.BINARY, LogicalTypeAnnotation.stringType());
          case JSON -> of(PrimitiveTypeName.BINARY, LogicalTypeAnnotation.jsonType());
          case BYTES -> Types.optional(PrimitiveTypeName.BINARY);
          case DATE -> of(PrimitiveTypeName.INT32, LogicalTypeAnnotation.dateType());
          case TIME ->
              of(PrimitiveTypeName.INT64, LogicalTypeAnnotation.timeType(false, TimeUnit.MICROS));
          case TIMESTAMP, TIMESTAMPTZ ->
              of(
                  PrimitiveTypeName.INT64,
                  LogicalTypeAnnotation.timestampType(
                      type.kind() == BlockType.Kind.TIMESTAMPTZ, TimeUnit.MICROS));
          case UUID ->
              of(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, LogicalTypeAnnotation.uuidType())
                  .length(UUID_BYTES);
          case NUMERIC, OPAQUE ->
              throw new IllegalArgumentException(
                  "Invalid column: %s of %s (must be of a type that Parquet has)"
                      .formatted(column.name(), type));
        };
    return builder.named(column.name());
  }

  private static Types.PrimitiveBuilder<PrimitiveType> of(
      PrimitiveTypeName name, LogicalTypeAnnotation logical) {
    return Types.optional(name).as(logical);
  }

  private static Types.PrimitiveBuilder<PrimitiveType> decimal(BlockType type) {
    LogicalTypeAnnotation logical =
        LogicalTypeAnnotation.decimalType(type.scale(), type.precision());
    return type.precision() <= DIGITS_OF_LONG
        ? of(PrimitiveTypeName.INT64, logical)
        : of(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, logical).length(type.width());
  }
}
