// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;

/** The correspondence between a block's columns and a Beam schema's fields. */
final class BeamTypes {

  private static final FieldType UUID = FieldType.logicalType(new UuidLogicalType());
  private static final FieldType TIMESTAMPTZ = FieldType.logicalType(new MicrosInstant());
  private static final FieldType DATE = FieldType.logicalType(SqlTypes.DATE);
  private static final FieldType TIME = FieldType.logicalType(SqlTypes.TIME);
  private static final FieldType TIMESTAMP = FieldType.logicalType(SqlTypes.DATETIME);

  private static final Map<String, BlockType> LOGICAL =
      Map.of(
          identifier(UUID), BlockType.UUID,
          identifier(TIMESTAMPTZ), BlockType.TIMESTAMPTZ,
          identifier(DATE), BlockType.DATE,
          identifier(TIME), BlockType.TIME,
          identifier(TIMESTAMP), BlockType.TIMESTAMP);

  private BeamTypes() {}

  private static String identifier(FieldType type) {
    return requireNonNull(type.getLogicalType()).getIdentifier();
  }

  static Schema toBeam(BlockSchema schema) {
    Schema.Builder builder = Schema.builder();
    for (Column column : schema.columns()) {
      builder.addNullableField(column.name(), fieldType(column.type()));
    }
    return builder.build();
  }

  static BlockSchema toBlock(Schema schema) {
    List<Column> columns = new ArrayList<>(schema.getFieldCount());
    for (Schema.Field field : schema.getFields()) {
      columns.add(new Column(field.getName(), blockType(field)));
    }
    return new BlockSchema(columns);
  }

  private static FieldType fieldType(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> FieldType.BOOLEAN;
      case INT16 -> FieldType.INT16;
      case INT32 -> FieldType.INT32;
      case INT64 -> FieldType.INT64;
      case FLOAT32 -> FieldType.FLOAT;
      case FLOAT64 -> FieldType.DOUBLE;
      case DECIMAL, NUMERIC -> FieldType.DECIMAL;
      case TEXT, JSON -> FieldType.STRING;
      case BYTES, OPAQUE -> FieldType.BYTES;
      case DATE -> DATE;
      case TIME -> TIME;
      case TIMESTAMP -> TIMESTAMP;
      case TIMESTAMPTZ -> TIMESTAMPTZ;
      case UUID -> UUID;
    };
  }

  private static BlockType blockType(Schema.Field field) {
    FieldType type = field.getType();
    return switch (type.getTypeName()) {
      case BOOLEAN -> BlockType.BOOL;
      case INT16 -> BlockType.INT16;
      case INT32 -> BlockType.INT32;
      case INT64 -> BlockType.INT64;
      case FLOAT -> BlockType.FLOAT32;
      case DOUBLE -> BlockType.FLOAT64;
      case DECIMAL -> BlockType.NUMERIC;
      case STRING -> BlockType.TEXT;
      case BYTES -> BlockType.BYTES;
      case LOGICAL_TYPE -> logicalType(field);
      default -> throw refused(field);
    };
  }

  private static BlockType logicalType(Schema.Field field) {
    Schema.LogicalType<?, ?> type = field.getType().getLogicalType();
    if (type == null) {
      throw refused(field);
    }
    BlockType known = LOGICAL.get(type.getIdentifier());
    if (known == null) {
      throw refused(field);
    }
    return known;
  }

  private static IllegalArgumentException refused(Schema.Field field) {
    return new IllegalArgumentException(
        "Invalid field: "
            + field.getName()
            + " of "
            + name(field.getType())
            + " (must be BOOLEAN, INT16, INT32, INT64, FLOAT, DOUBLE, DECIMAL, STRING, BYTES or one"
            + " of the logical types "
            + String.join(", ", new TreeSet<>(LOGICAL.keySet()))
            + ")");
  }

  private static String name(FieldType type) {
    Schema.LogicalType<?, ?> logical = type.getLogicalType();
    return logical == null
        ? type.getTypeName().toString()
        : "the logical type " + logical.getIdentifier();
  }
}
