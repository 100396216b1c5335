// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.RejectRules;
import dev.millrace.ledger.Rejects;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One row in a thousand is bad, wherever it stands: of 100,000 rows, of a million in the profile
 * {@code chaos}.
 */
class PoisonTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int ROWS = Boolean.getBoolean("millrace.chaos") ? 1_000_000 : 100_000;
  private static final int BAD = ROWS / 1000;

  /** A condition on the bad rows, which a permutation of the keys spreads over the table. */
  private static final String IS_BAD = "(id * 48271::bigint) % 1000 = 7";

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "CREATE TABLE s (id int PRIMARY KEY, code text, name text)",
        // By turns of three kinds: a check, a limit of length, a NULL.
        "INSERT INTO s SELECT id, CASE WHEN bad AND id % 3 = 0 THEN '' WHEN bad AND id % 3 = 1"
            + " THEN 'far too long' WHEN NOT bad THEN 'c' || id END, 'row ' || id"
            + " FROM generate_series(1, %d) id, LATERAL (SELECT %s AS bad) AS b"
                .formatted(ROWS, IS_BAD),
        "CREATE TABLE t (id int PRIMARY KEY, code varchar(10) NOT NULL CHECK (code <> ''),"
            + " name text)",
        // A sequence counts what is rolled back as well.
        "CREATE SEQUENCE statements",
        "CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM nextval('statements'); RETURN NULL; END $$",
        "CREATE TRIGGER counted BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION counted()");
  }

  /** Counts the rows of blocks that go by. */
  private static final class CountFn extends DoFn<Block, Block> {
    private static final String ROWS_OF_A_BLOCK = "rows of a block";

    private final Distribution rows = Metrics.distribution(CountFn.class, ROWS_OF_A_BLOCK);

    @ProcessElement
    public void process(@Element Block block, OutputReceiver<Block> out) {
      rows.update(block.rows());
      out.output(block);
    }

    static long most(PipelineResult result) {
      MetricsFilter filter =
          MetricsFilter.builder()
              .addNameFilter(MetricNameFilter.named(CountFn.class, ROWS_OF_A_BLOCK))
              .build();
      return result
          .metrics()
          .queryMetrics(filter)
          .getDistributions()
          .iterator()
          .next()
          .getAttempted()
          .getMax();
    }
  }

  /** Copies all; returns how many rows the largest block had. */
  private long copy() {
    Pipeline pipeline = Pipeline.create();
    PCollection<Block> blocks = pipeline.apply(ReadTable.from(spec, "s").parallelism(2));
    blocks
        .apply(ParDo.of(new CountFn()))
        .setCoder(BlockCoder.of(BlockCoder.schemaOf(blocks)))
        .apply(WriteTable.into(spec, "t").rejects(new RejectRules(BAD, List.of(), "r")));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return CountFn.most(result);
  }

  private static long count(String from) throws SQLException {
    return POSTGRES.value("SELECT count(*) FROM " + from, Long.class);
  }

  /** Rows that are not in both as often. */
  private static long differences(String one, String other) throws SQLException {
    return count(
        "((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) AS d".formatted(one, other));
  }

  @Test
  void copy_shouldRejectTheBadRowsAlone_andReplayThemOnce() throws SQLException {
    assertThat(count("s WHERE " + IS_BAD)).isEqualTo(BAD);

    long rowsOfABlock = copy();

    assertThat(differences("SELECT * FROM s WHERE NOT " + IS_BAD, "TABLE t"))
        .as("good rows lost, doubled or different")
        .isZero();
    assertThat(
            differences(
                "SELECT id::text, code, name, CASE id % 3 WHEN 0 THEN '23514' WHEN 1 THEN '22001'"
                    + " ELSE '23502' END FROM s WHERE "
                    + IS_BAD,
                "SELECT payload ->> 'id', payload ->> 'code', payload ->> 'name', sqlstate"
                    + " FROM millrace.reject WHERE target = '\"public\".\"t\"' AND attempts = 1"))
        .as("bad rows lost, doubled or different")
        .isZero();

    long statements = POSTGRES.value("SELECT last_value FROM statements", Long.class);
    int levels = Long.SIZE - Long.numberOfLeadingZeros(rowsOfABlock - 1);
    assertThat(rowsOfABlock).isGreaterThan(1000);
    assertThat(statements)
        .as("statements for %d bad rows, in blocks of %d rows", BAD, rowsOfABlock)
        .isLessThanOrEqualTo(BAD * (2L * levels + 1));

    Rejects rejects = Rejects.of(spec, new Rejects.Filter("t", "", "", List.of()));
    POSTGRES.execute(
        "ALTER TABLE t ALTER code TYPE text, ALTER code DROP NOT NULL, DROP CONSTRAINT t_code_check");
    assertThat(rejects.replay()).isEqualTo(new Rejects.Replayed(BAD, 0, 0));
    assertThat(rejects.replay()).isEqualTo(new Rejects.Replayed(0, 0, 0));
    assertThat(differences("TABLE s", "TABLE t")).isZero();
    assertThat(count("millrace.reject")).isZero();
  }
}
