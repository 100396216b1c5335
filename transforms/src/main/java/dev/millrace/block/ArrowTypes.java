// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** The Arrow field of a column; what Arrow's plain types cannot say stands in the metadata. */
final class ArrowTypes {

  private static final String EXTENSION = "ARROW:extension:name";
  private static final String EXTENSION_METADATA = "ARROW:extension:metadata";

  private ArrowTypes() {}

  static Schema toArrow(BlockSchema schema) {
    return new Schema(schema.columns().stream().map(ArrowTypes::field).toList());
  }

  private static Field field(Column column) {
    FieldType type = new FieldType(true, arrowType(column.type()), null, metadata(column.type()));
    return new Field(column.name(), type, List.of());
  }

  private static Map<String, String> metadata(BlockType type) {
    String extension =
        switch (type.kind()) {
          case UUID -> "arrow.uuid";
          case JSON -> "arrow.json";
          case NUMERIC -> "millrace.numeric";
          case OPAQUE -> "millrace.opaque";
          case TEXT -> type.sqlName().isEmpty() ? "" : "millrace.text";
          default -> "";
        };
    if (extension.isEmpty()) {
      return Map.of();
    }
    return type.sqlName().isEmpty()
        ? Map.of(EXTENSION, extension)
        : Map.of(EXTENSION, extension, EXTENSION_METADATA, type.sqlName());
  }

  static ArrowType arrowType(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> ArrowType.Bool.INSTANCE;
      case INT16 -> new ArrowType.Int(16, true);
      case INT32 -> new ArrowType.Int(32, true);
      case INT64 -> new ArrowType.Int(64, true);
      case FLOAT32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case DECIMAL -> new ArrowType.Decimal(type.precision(), type.scale(), type.width() * 8);
      case NUMERIC, BYTES, OPAQUE -> ArrowType.Binary.INSTANCE;
      case TEXT, JSON -> ArrowType.Utf8.INSTANCE;
      case DATE -> new ArrowType.Date(DateUnit.DAY);
      case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
      case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
      case TIMESTAMPTZ -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
      case UUID -> new ArrowType.FixedSizeBinary(16);
    };
  }
}
