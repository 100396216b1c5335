// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.StockDataSource;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Column;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.table.Table;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** A table as {@code JdbcIO} reads and writes it, configured well. */
final class StockTable {

  private static final int FETCH_ROWS = 10_000;
  private static final long BATCH_ROWS = 10_000;

  private final Table table;
  private final SerializableFunction<Void, DataSource> dataSource;

  StockTable(ConnectionSpec server, Table table) {
    this.table = table;
    this.dataSource = StockDataSource.of(server);
  }

  /**
   * Reads some columns by a cursor. Nothing is shuffled to spread the rows over threads: what comes
   * next groups them anyway. The pipeline's registry has the coder of the rows.
   */
  JdbcIO.Read<StockRow> read(BlockSchema columns, String where) {
    return JdbcIO.<StockRow>read()
        .withDataSourceProviderFn(dataSource)
        .withQuery(
            "SELECT %s FROM %s WHERE %s"
                .formatted(String.join(", ", columns.names()), table.name(), where))
        .withFetchSize(FETCH_ROWS)
        .withOutputParallelization(false)
        .withRowMapper(new ReadRow(columns));
  }

  /** Upserts rows with all columns in large batches. */
  JdbcIO.Write<StockRow> upsert() {
    List<String> names = table.schema().names();
    String set =
        names.stream()
            .filter(name -> !table.key().contains(name))
            .map(name -> "%s = excluded.%s".formatted(name, name))
            .collect(Collectors.joining(", "));
    return JdbcIO.<StockRow>write()
        .withDataSourceProviderFn(dataSource)
        .withStatement(
            "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s"
                .formatted(
                    table.name(),
                    String.join(", ", names),
                    String.join(", ", Collections.nCopies(names.size(), "?")),
                    String.join(", ", table.key()),
                    set))
        .withBatchSize(BATCH_ROWS)
        .withPreparedStatementSetter(new WriteRow(table.schema()));
  }

  private static final class ReadRow implements JdbcIO.RowMapper<StockRow> {
    private final BlockSchema columns;

    ReadRow(BlockSchema columns) {
      this.columns = columns;
    }

    @Override
    public StockRow mapRow(ResultSet row) throws SQLException {
      @Nullable Object[] values = new Object[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value(row, i + 1, columns.column(i));
      }
      return new StockRow(values);
    }

    private static @Nullable Object value(ResultSet row, int index, Column column)
        throws SQLException {
      return switch (column.type().kind()) {
        case TEXT -> row.getString(index);
        case TIMESTAMP -> row.getObject(index, LocalDateTime.class);
        case DATE -> row.getObject(index, LocalDate.class);
        default -> row.getObject(index);
      };
    }
  }

  private static final class WriteRow implements JdbcIO.PreparedStatementSetter<StockRow> {
    private final int[] types;

    WriteRow(BlockSchema columns) {
      types = columns.columns().stream().mapToInt(WriteRow::sqlType).toArray();
    }

    @Override
    public void setParameters(StockRow row, PreparedStatement insert) throws SQLException {
      for (int i = 0; i < types.length; i++) {
        Object value = row.value(i);
        if (value == null) {
          // Of a type, as one without has the driver prepare the statement anew.
          insert.setNull(i + 1, types[i]);
        } else if (value instanceof BigDecimal decimal) {
          insert.setBigDecimal(i + 1, decimal);
        } else {
          insert.setObject(i + 1, value);
        }
      }
    }

    private static int sqlType(Column column) {
      return switch (column.type().kind()) {
        case NUMERIC -> Types.NUMERIC;
        case INT32 -> Types.INTEGER;
        case INT64 -> Types.BIGINT;
        case BOOL -> Types.BOOLEAN;
        case DATE -> Types.DATE;
        case TIMESTAMP -> Types.TIMESTAMP;
        default -> Types.VARCHAR;
      };
    }
  }
}
