// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.benchmarks.measure.StockDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/**
 * The baseline, as a practised user of Beam writes it: {@code JdbcIO} reads in ranges of the key; a
 * {@code DoFn} takes a connection of a pool for each bundle and asks for the account of each visit
 * by a statement that is prepared once, or has it in a cache that all threads share.
 */
final class StockLookup {

  /** About as many as fit into the heap that Millrace's cache takes. */
  private static final long ENTRIES = 350_000;

  private static final int PARTITIONS = 16;
  private static final int FETCH_ROWS = 10_000;

  private StockLookup() {}

  static LookupMain.Sums enrich(LookupJob job, boolean cached) {
    Pipeline pipeline = Pipeline.create(job.contender().runner().options(job.parallelism()));
    SerializableFunction<Void, DataSource> dataSource = StockDataSource.of(job.server());
    pipeline
        .apply(
            "Read",
            JdbcIO.<KV<Long, Long>>readWithPartitions()
                .withDataSourceProviderFn(dataSource)
                .withTable(VisitTables.VISITS)
                .withPartitionColumn("id")
                .withNumPartitions(PARTITIONS)
                .withFetchSize(FETCH_ROWS)
                .withRowMapper(new ReadVisit()))
        .apply("Enrich", ParDo.of(new EnrichFn(dataSource, cached)))
        .setCoder(
            KvCoder.of(
                KvCoder.of(VarLongCoder.of(), VarLongCoder.of()),
                KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of())))
        .apply("Sum", ParDo.of(new SumFn()));
    pipeline.run().waitUntilFinish();
    return Totals.sums();
  }

  /** Of a class with a name, which says what its elements are. */
  private static final class ReadVisit implements JdbcIO.RowMapper<KV<Long, Long>> {
    @Override
    public KV<Long, Long> mapRow(ResultSet row) throws SQLException {
      return KV.of(row.getLong(1), row.getLong(2));
    }
  }

  private static final class EnrichFn
      extends DoFn<KV<Long, Long>, KV<KV<Long, Long>, KV<String, Integer>>> {

    private static final Cache<Long, KV<String, Integer>> CACHE =
        Caffeine.newBuilder().maximumSize(ENTRIES).build();

    private final SerializableFunction<Void, DataSource> dataSource;
    private final boolean cached;

    // For a bundle.
    private transient @Nullable Connection connection;
    private transient @Nullable PreparedStatement statement;

    EnrichFn(SerializableFunction<Void, DataSource> dataSource, boolean cached) {
      this.dataSource = dataSource;
      this.cached = cached;
    }

    @StartBundle
    public void start() throws SQLException {
      connection = dataSource.apply(null).getConnection();
      statement =
          connection.prepareStatement(
              "SELECT name, score FROM " + VisitTables.ACCOUNTS + " WHERE id = ?");
    }

    @ProcessElement
    public void process(
        @Element KV<Long, Long> visit, OutputReceiver<KV<KV<Long, Long>, KV<String, Integer>>> out)
        throws SQLException {
      KV<String, Integer> account = cached ? CACHE.getIfPresent(visit.getValue()) : null;
      if (account == null) {
        account = ask(visit.getValue());
        if (cached) {
          CACHE.put(visit.getValue(), account);
        }
      }
      out.output(KV.of(visit, account));
    }

    private KV<String, Integer> ask(long id) throws SQLException {
      PreparedStatement query = requireNonNull(statement);
      query.setLong(1, id);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return KV.of(row.getString(1), row.getInt(2));
      }
    }

    @FinishBundle
    public void finish() throws SQLException {
      requireNonNull(statement).close();
      requireNonNull(connection).close();
    }
  }

  private static final class SumFn extends DoFn<KV<KV<Long, Long>, KV<String, Integer>>, Void> {
    @ProcessElement
    public void process(@Element KV<KV<Long, Long>, KV<String, Integer>> visit) {
      KV<String, Integer> account = visit.getValue();
      Totals.add(1, account.getValue(), account.getKey().length());
    }
  }
}
