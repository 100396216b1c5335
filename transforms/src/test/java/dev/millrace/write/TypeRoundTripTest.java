// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockFixtures;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.testing.TestPipelineExtension;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generated values of every type, written to a real server and read from it in two ways. */
class TypeRoundTripTest {

  private static final int ROWS = 400;

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @RegisterExtension final TestPipelineExtension reading = TestPipelineExtension.create();

  private ConnectionSpec spec;

  @BeforeEach
  void createTable() throws SQLException {
    spec = ConnectionSpec.of(postgres.jdbcUrl());
    String columns =
        schema().columns().stream()
            .map(column -> '"' + column.name() + "\" " + sqlType(column.type()))
            .collect(Collectors.joining(", "));
    postgres.execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (" + columns + ")");
  }

  /** The driver decodes on its own, so that an error common to our two sides would show. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void write_shouldStoreWhatTheDriverReads(long seed) throws SQLException {
    write(given(seed));

    List<List<@Nullable Object>> stored =
        postgres.query("SELECT * FROM t ORDER BY id", TypeRoundTripTest::row);
    List<List<@Nullable Object>> given = BlockFixtures.rows(given(seed));
    assertThat(stored).hasSameSizeAs(given);
    for (int row = 0; row < ROWS; row++) {
      assertThat(stored.get(row)).isEqualTo(given.get(row));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4})
  void read_shouldGiveBackWhatWasWritten(long seed) throws SQLException {
    write(given(seed));

    try (HeldSnapshot snapshot = HeldSnapshot.export(spec)) {
      PAssert.that(reading.apply(ReadTable.from(spec, "t").underSnapshot(snapshot.ref())))
          .satisfies(
              found -> {
                List<Object> rows = new ArrayList<>();
                for (Block block : found) {
                  assertThat(block.schema()).isEqualTo(schema());
                  rows.addAll(BlockFixtures.rows(block));
                }
                assertThat(rows)
                    .containsExactlyInAnyOrderElementsOf(BlockFixtures.rows(given(seed)));
                return null;
              });
      reading.run();
    }
  }

  private void write(Block block) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(Create.of(block).withCoder(BlockCoder.of(block.schema())))
        .apply(WriteTable.into(spec, "t"));
    pipeline.run().waitUntilFinish();
  }

  private static BlockSchema schema() {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.of("id", BlockType.INT32));
    columns.addAll(BlockFixtures.everyType().columns());
    return new BlockSchema(columns);
  }

  private static Block given(long seed) {
    Block values = BlockFixtures.sample(BlockFixtures.everyType(), ROWS, seed);
    BlockBuilder builder = new BlockBuilder(schema());
    for (int row = 0; row < ROWS; row++) {
      builder.column(0).appendInt(row);
      for (int i = 0; i < values.schema().size(); i++) {
        builder.column(i + 1).append(values.column(i).value(row));
      }
    }
    return builder.build(Origin.NONE);
  }

  private static String sqlType(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> "boolean";
      case INT16 -> "smallint";
      case INT32 -> "integer";
      case INT64 -> "bigint";
      case FLOAT32 -> "real";
      case FLOAT64 -> "double precision";
      case DECIMAL -> "numeric(" + type.precision() + "," + type.scale() + ")";
      case NUMERIC -> "numeric";
      case TEXT -> "text";
      case BYTES -> "bytea";
      case DATE -> "date";
      case TIME -> "time";
      case TIMESTAMP -> "timestamp";
      case TIMESTAMPTZ -> "timestamptz";
      case UUID -> "uuid";
      case JSON -> "json";
      case OPAQUE -> type.sqlName();
    };
  }

  private static List<@Nullable Object> row(ResultSet row) throws SQLException {
    List<@Nullable Object> values = new ArrayList<>();
    List<Column> columns = schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      Object value = value(columns.get(i).type(), row, i + 1);
      values.add(row.wasNull() ? null : BlockFixtures.comparable(value));
    }
    return values;
  }

  private static @Nullable Object value(BlockType type, ResultSet row, int i) throws SQLException {
    return switch (type.kind()) {
      case BOOL -> row.getBoolean(i);
      case INT16 -> row.getShort(i);
      case INT32 -> row.getInt(i);
      case INT64 -> row.getLong(i);
      case FLOAT32 -> row.getFloat(i);
      case FLOAT64 -> row.getDouble(i);
      case DECIMAL, NUMERIC -> row.getObject(i, BigDecimal.class);
      case TEXT, JSON -> row.getString(i);
      case BYTES, OPAQUE -> row.getBytes(i);
      case DATE -> row.getObject(i, LocalDate.class);
      case TIME -> row.getObject(i, LocalTime.class);
      case TIMESTAMP -> row.getObject(i, LocalDateTime.class);
      case TIMESTAMPTZ -> {
        OffsetDateTime at = row.getObject(i, OffsetDateTime.class);
        yield at == null ? null : at.toInstant();
      }
      case UUID -> row.getObject(i, UUID.class);
    };
  }
}
