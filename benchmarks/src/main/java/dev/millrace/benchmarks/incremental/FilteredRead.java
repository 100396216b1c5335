// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import dev.millrace.benchmarks.measure.StockDataSource;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.SerializableFunction;

/**
 * The baseline: stock {@code JdbcIO} reads the whole table in partitions, a step of the pipeline
 * keeps the rows that are new, and {@code JdbcIO} upserts them in large batches.
 */
final class FilteredRead {

  private static final int PARTITIONS = 8;
  private static final int FETCH_ROWS = 10_000;
  private static final long BATCH_ROWS = 10_000;

  private FilteredRead() {}

  static void copy(Task task) {
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.getCoderRegistry().registerCoderForClass(Item.class, new ItemCoder());
    SerializableFunction<Void, DataSource> source = StockDataSource.of(task.server());
    Instant since = Instant.parse(task.since());
    pipeline
        .apply(
            "Read",
            JdbcIO.<Item>readWithPartitions()
                .withDataSourceProviderFn(source)
                .withTable(task.table())
                .withPartitionColumn("id")
                .withNumPartitions(PARTITIONS)
                .withFetchSize(FETCH_ROWS)
                .withRowMapper(new ReadItem()))
        .apply("New", Filter.by(item -> !item.updatedAt().isBefore(since)))
        .apply(
            "Write",
            JdbcIO.<Item>write()
                .withDataSourceProviderFn(source)
                .withStatement(
                    "INSERT INTO "
                        + task.into()
                        + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                        + " account = excluded.account, note = excluded.note,"
                        + " amount = excluded.amount, updated_at = excluded.updated_at")
                .withBatchSize(BATCH_ROWS)
                .withPreparedStatementSetter(new WriteItem()));
    pipeline.run().waitUntilFinish();
  }

  private static final class ReadItem implements JdbcIO.RowMapper<Item> {
    @Override
    public Item mapRow(ResultSet row) throws Exception {
      return new Item(
          row.getLong(1),
          row.getInt(2),
          row.getString(3),
          row.getBigDecimal(4),
          row.getObject(5, OffsetDateTime.class).toInstant());
    }
  }

  private static final class WriteItem implements JdbcIO.PreparedStatementSetter<Item> {
    @Override
    public void setParameters(Item item, PreparedStatement insert) throws Exception {
      insert.setLong(1, item.id());
      insert.setInt(2, item.account());
      insert.setString(3, item.note());
      insert.setBigDecimal(4, item.amount());
      insert.setObject(5, item.updatedAt().atOffset(ZoneOffset.UTC));
    }
  }
}
