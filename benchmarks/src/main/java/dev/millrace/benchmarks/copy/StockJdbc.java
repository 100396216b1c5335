// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.StockDataSource;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.transforms.SerializableFunction;

/**
 * The copy as a practised user of Beam writes it with {@code JdbcIO}: a partitioned read over the
 * primary key with a cursor, a pooled data source, large batches that the driver rewrites into
 * multi-row inserts, and a coder written by hand.
 */
public final class StockJdbc {

  private static final int PARTITIONS = 8;
  private static final int FETCH_ROWS = 10_000;
  private static final long BATCH_ROWS = 10_000;

  private StockJdbc() {}

  static void copy(Job job, Runner runner) {
    Pipeline pipeline = Pipeline.create(runner.options(job.parallelism()));
    pipeline.getCoderRegistry().registerCoderForClass(Order.class, new OrderCoder());
    SerializableFunction<Void, DataSource> dataSource = StockDataSource.of(job.server());
    pipeline
        .apply("Read", read(dataSource, job.source()))
        .apply("Write", write(dataSource, job.target(), job.mode()));
    pipeline.run().waitUntilFinish();
  }

  /** Reads all orders of a table, by ranges of the key. */
  public static JdbcIO.ReadWithPartitions<Order, Long> read(
      SerializableFunction<Void, DataSource> dataSource, String table) {
    return JdbcIO.<Order>readWithPartitions()
        .withDataSourceProviderFn(dataSource)
        .withTable(table)
        .withPartitionColumn(Orders.KEY)
        .withNumPartitions(PARTITIONS)
        .withFetchSize(FETCH_ROWS)
        .withRowMapper(new ReadOrder());
  }

  /** Writes orders into a table. */
  public static JdbcIO.Write<Order> write(
      SerializableFunction<Void, DataSource> dataSource, String table, Mode mode) {
    return JdbcIO.<Order>write()
        .withDataSourceProviderFn(dataSource)
        .withStatement(Orders.insertValues(table, mode))
        .withBatchSize(BATCH_ROWS)
        .withPreparedStatementSetter(new WriteOrder());
  }

  private static final class ReadOrder implements JdbcIO.RowMapper<Order> {
    @Override
    public Order mapRow(ResultSet row) throws Exception {
      return new Order(
          row.getLong(1),
          row.getInt(2),
          row.getShort(3),
          row.getBigDecimal(4),
          row.getString(5),
          row.getString(6),
          row.getObject(7, OffsetDateTime.class).toInstant(),
          row.getObject(8, LocalDate.class),
          row.getBoolean(9),
          row.getDouble(10));
    }
  }

  private static final class WriteOrder implements JdbcIO.PreparedStatementSetter<Order> {
    @Override
    public void setParameters(Order order, PreparedStatement insert) throws Exception {
      insert.setLong(1, order.id());
      insert.setInt(2, order.account());
      insert.setShort(3, order.kind());
      insert.setBigDecimal(4, order.amount());
      insert.setString(5, order.customer());
      insert.setString(6, order.note());
      insert.setObject(7, order.createdAt().atOffset(ZoneOffset.UTC));
      insert.setObject(8, order.due());
      insert.setBoolean(9, order.paid());
      insert.setDouble(10, order.weight());
    }
  }
}
