// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import dev.millrace.benchmarks.measure.ClassPath;
import dev.millrace.benchmarks.measure.StockDataSource;
import dev.millrace.connect.ConnectionSpec;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.KV;

/** The control: the same copy by stock {@code JdbcIO}, as a process of its own. */
public final class StockCopy {

  private static final int PARTITIONS = 8;

  private StockCopy() {}

  /** A process that copies in the database of a URL. */
  static ProcessBuilder process(String url) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(java, "-XX:TieredStopAtLevel=1", StockCopy.class.getName(), url));
    builder.environment().put("CLASSPATH", ClassPath.of(StockCopy.class));
    return builder;
  }

  /** Copies; the argument is the URL. */
  public static void main(String[] arguments) {
    Logger.getLogger("").setLevel(Level.WARNING);
    SerializableFunction<Void, DataSource> dataSource =
        StockDataSource.of(ConnectionSpec.of(arguments[0]));
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline
        .apply(
            "Read",
            JdbcIO.<KV<KV<Long, Long>, KV<String, String>>>readWithPartitions()
                .withDataSourceProviderFn(dataSource)
                .withTable(KillTables.SOURCE)
                .withPartitionColumn("id")
                .withNumPartitions(PARTITIONS)
                .withRowMapper(new ReadRow()))
        .apply(
            "Write",
            JdbcIO.<KV<KV<Long, Long>, KV<String, String>>>write()
                .withDataSourceProviderFn(dataSource)
                .withStatement("INSERT INTO " + KillTables.TARGET + " VALUES (?, ?, ?, ?)")
                .withPreparedStatementSetter(new WriteRow()));
    pipeline.run().waitUntilFinish();
    System.exit(0);
  }

  private static final class ReadRow
      implements JdbcIO.RowMapper<KV<KV<Long, Long>, KV<String, String>>> {
    @Override
    public KV<KV<Long, Long>, KV<String, String>> mapRow(ResultSet row) throws Exception {
      return KV.of(
          KV.of(row.getLong(1), row.getLong(2)), KV.of(row.getString(3), row.getString(4)));
    }
  }

  private static final class WriteRow
      implements JdbcIO.PreparedStatementSetter<KV<KV<Long, Long>, KV<String, String>>> {
    @Override
    public void setParameters(KV<KV<Long, Long>, KV<String, String>> row, PreparedStatement insert)
        throws Exception {
      insert.setLong(1, row.getKey().getKey());
      insert.setLong(2, row.getKey().getValue());
      insert.setString(3, row.getValue().getKey());
      insert.setString(4, row.getValue().getValue());
    }
  }
}
