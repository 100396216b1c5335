// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import javax.sql.DataSource;
import org.apache.beam.sdk.io.jdbc.JdbcIO.DataSourceConfiguration;
import org.apache.beam.sdk.io.jdbc.JdbcIO.PoolableDataSourceProvider;
import org.apache.beam.sdk.transforms.SerializableFunction;

/**
 * The connections of stock {@code JdbcIO}, configured well: pooled, and with batches that the
 * driver writes as one statement.
 */
public final class StockDataSource {

  private StockDataSource() {}

  public static SerializableFunction<Void, DataSource> of(ConnectionSpec server) {
    String separator = server.url().contains("?") ? "&" : "?";
    DataSourceConfiguration configuration =
        DataSourceConfiguration.create(
            "org.postgresql.Driver", server.url() + separator + "reWriteBatchedInserts=true");
    if (server.user() != null) {
      configuration = configuration.withUsername(server.user());
    }
    Secret password = server.password();
    if (password != null) {
      configuration = configuration.withPassword(password.reveal());
    }
    return PoolableDataSourceProvider.of(configuration);
  }
}
