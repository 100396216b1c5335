// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.apache.beam.sdk.coders.BigDecimalCoder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.jspecify.annotations.Nullable;

/** Value after value, as one who knows Beam's coder for rows to be slow writes it by hand. */
final class StockRowCoder extends CustomCoder<StockRow> {

  private static final StringUtf8Coder TEXT = StringUtf8Coder.of();
  private static final BigDecimalCoder DECIMAL = BigDecimalCoder.of();

  private final BlockSchema schema;

  StockRowCoder(BlockSchema schema) {
    this.schema = schema;
  }

  @Override
  public void encode(StockRow row, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    for (int i = 0; i < schema.size(); i++) {
      Object value = row.value(i);
      data.writeBoolean(value != null);
      if (value != null) {
        encode(value, data);
      }
    }
  }

  private static void encode(Object value, DataOutputStream data) throws IOException {
    if (value instanceof String text) {
      TEXT.encode(text, data);
    } else if (value instanceof BigDecimal decimal) {
      DECIMAL.encode(decimal, data);
    } else if (value instanceof Integer number) {
      data.writeInt(number);
    } else if (value instanceof Long number) {
      data.writeLong(number);
    } else if (value instanceof Boolean flag) {
      data.writeBoolean(flag);
    } else if (value instanceof LocalDate day) {
      data.writeInt(Math.toIntExact(day.toEpochDay()));
    } else if (value instanceof LocalDateTime hour) {
      data.writeLong(hour.toEpochSecond(ZoneOffset.UTC));
    } else {
      throw new IOException("Cannot encode a row: it has a " + value.getClass());
    }
  }

  @Override
  public StockRow decode(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    @Nullable Object[] values = new Object[schema.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.readBoolean() ? decode(schema.column(i).type(), data) : null;
    }
    return new StockRow(values);
  }

  private static Object decode(BlockType type, DataInputStream data) throws IOException {
    return switch (type.kind()) {
      case TEXT -> TEXT.decode(data);
      case NUMERIC -> DECIMAL.decode(data);
      case INT32 -> data.readInt();
      case INT64 -> data.readLong();
      case BOOL -> data.readBoolean();
      case DATE -> LocalDate.ofEpochDay(data.readInt());
      // Times of the medallion are whole hours.
      case TIMESTAMP -> LocalDateTime.ofEpochSecond(data.readLong(), 0, ZoneOffset.UTC);
      default -> throw new IOException("Cannot decode a row: it has a " + type);
    };
  }
}
