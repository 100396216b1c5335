// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.faults;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import dev.millrace.connect.Timeouts;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.RejectRules;
import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.io.jdbc.JdbcIO.DataSourceConfiguration;
import org.apache.beam.sdk.io.jdbc.JdbcIO.PoolableDataSourceProvider;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.KV;

/** Who copies a table into another, and what its connections are called. */
enum TableCopy {

  /**
   * Stock {@code JdbcIO} as one writes it: a partitioned read, a pooled data source, batches that
   * the driver rewrites, and the retries that are its default.
   */
  STOCK("^stock") {
    @Override
    Planned plan(Pipeline pipeline, Place place) {
      pipeline
          .apply(
              "Read",
              JdbcIO.<KV<Long, String>>readWithPartitions()
                  .withDataSourceProviderFn(pool(place.source(), "postgres", ""))
                  .withTable("s")
                  .withPartitionColumn("id")
                  .withNumPartitions(PARTITIONS)
                  .withRowMapper(new ReadRow()))
          .apply(
              "Write",
              JdbcIO.<KV<Long, String>>write()
                  .withDataSourceProviderFn(
                      pool(
                          place.target(), place.role(), Secret.fromFile(place.password()).reveal()))
                  .withStatement("INSERT INTO t VALUES (?, ?)")
                  .withPreparedStatementSetter(new WriteRow()));
      return () -> {};
    }
  },

  /** Millrace under a ledger; rows that the target refuses go beside it. */
  MILLRACE("^millrace (READ|WRITE)$") {
    @Override
    Planned plan(Pipeline pipeline, Place place) throws SQLException {
      ConnectionSpec source = ConnectionSpec.of(place.source());
      ConnectionSpec target =
          ConnectionSpec.of(place.target())
              .withUser(place.role())
              .withPassword(Secret.fromFile(place.password()))
              .withTimeouts(BRIEF);
      LedgerJob job = LedgerJob.open(source, "j");
      try {
        ReadTable.Planned read =
            ReadTable.from(source, "s")
                .blockSize(ByteSize.parse("16KiB"))
                .parallelism(2)
                .resume(job, "t", "run", "test");
        pipeline
            .apply("Read", read)
            .apply(
                "Write",
                WriteTable.into(target, "t")
                    .ledger(read.ledger().orElseThrow())
                    .rejects(new RejectRules(1, List.of(), "run")));
        return job::close;
      } catch (SQLException | RuntimeException failure) {
        try (job) {
          throw failure;
        }
      }
    }
  };

  private static final int PARTITIONS = 8;

  /** So that who waits for a server that is silent is told within a test's time. */
  private static final Timeouts BRIEF =
      Timeouts.DEFAULT
          .withConnect(Duration.ofSeconds(5))
          .withAcquire(Duration.ofSeconds(5))
          .withStall(Duration.ofSeconds(5));

  private static final AtomicInteger POOLS = new AtomicInteger();

  private final String applications;

  TableCopy(String applications) {
    this.applications = applications;
  }

  /** What its connections are called by the server, as a regular expression. */
  String applications() {
    return applications;
  }

  /**
   * Adds the copy to a pipeline.
   *
   * @return to be closed after the run
   */
  abstract Planned plan(Pipeline pipeline, Place place) throws SQLException;

  /**
   * Where both tables are.
   *
   * @param source the URL to read from
   * @param proxy through which is written
   * @param role that writes
   * @param passwordFile of the role
   */
  record Place(String source, FaultProxy proxy, String role, Path passwordFile) {
    String target() {
      return proxy.jdbcUrl(source);
    }

    String password() {
      return passwordFile.toString();
    }
  }

  /** What a copy holds until it has run. */
  interface Planned extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  /**
   * Pools are told apart by their configuration, and live as long as the JVM: each gets its own.
   */
  private static SerializableFunction<Void, DataSource> pool(
      String url, String role, String password) {
    return PoolableDataSourceProvider.of(
        DataSourceConfiguration.create(
                "org.postgresql.Driver",
                "%s?reWriteBatchedInserts=true&ApplicationName=stock%d"
                    .formatted(url.split("\\?", 2)[0], POOLS.incrementAndGet()))
            .withUsername(role)
            .withPassword(password));
  }

  private static final class ReadRow implements JdbcIO.RowMapper<KV<Long, String>> {
    @Override
    public KV<Long, String> mapRow(ResultSet row) throws Exception {
      return KV.of(row.getLong(1), row.getString(2));
    }
  }

  private static final class WriteRow implements JdbcIO.PreparedStatementSetter<KV<Long, String>> {
    @Override
    public void setParameters(KV<Long, String> row, PreparedStatement insert) throws Exception {
      insert.setLong(1, row.getKey());
      insert.setString(2, row.getValue());
    }
  }
}
