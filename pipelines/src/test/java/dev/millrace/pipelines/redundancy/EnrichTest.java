// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.redundancy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.CachedLookup;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrichTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @BeforeEach
  void createTables() throws SQLException {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS visit, account, enriched",
        "CREATE TABLE account (id bigint PRIMARY KEY, name text, score numeric(9,2))",
        "INSERT INTO account SELECT i, 'account ' || i, i / 7.0 FROM generate_series(1, 300) i",
        "CREATE TABLE visit (id int PRIMARY KEY, account int)",
        "INSERT INTO visit SELECT i, nullif(i * i % 401, 0) FROM generate_series(1, 20000) i",
        "CREATE TABLE enriched (id int PRIMARY KEY, account int, name text, score numeric(9,2))",
        "INSERT INTO enriched SELECT id, account, 'stale' FROM visit WHERE id < 50");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void enrich_shouldWriteTheJoin(String runner) throws SQLException {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    EnrichOptions options =
        new EnrichOptions(
            spec, "visit", spec, "enriched", List.of("id"), ByteSize.parse("32KiB"), 2);
    CachedLookup lookup = CachedLookup.in(spec, "account").on("account");
    try (Enrich enrich = Enrich.open(options, lookup)) {
      Pipeline pipeline =
          Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
      enrich.applyTo(pipeline);
      pipeline.run().waitUntilFinish();
    }
    String join =
        "SELECT v.*, a.name, a.score FROM visit v LEFT JOIN account a ON a.id = v.account";
    assertThat(POSTGRES.differences(join, "TABLE enriched")).isZero();
  }
}
