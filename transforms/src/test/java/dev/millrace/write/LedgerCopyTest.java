// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.Blocks;
import dev.millrace.block.OneToOne;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.JobActiveException;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.SplitRecord;
import dev.millrace.ledger.StaleEpochException;
import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.observe.Measure;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerCopyTest {

  private static final int ROWS = 20_000;

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    POSTGRES.renew();
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "CREATE TABLE s (id bigint PRIMARY KEY, grp int, name text, at timestamptz)",
        "INSERT INTO s SELECT i * 3, i / 100, 'name ' || i,"
            + " timestamptz '2020-01-01' + i * interval '1 ms'"
            + " FROM generate_series(1, "
            + ROWS
            + ") i",
        "CREATE TABLE t (LIKE s)");
  }

  private ReadTable read() {
    return ReadTable.from(spec, "s").blockSize(ByteSize.parse("20KiB")).parallelism(2);
  }

  private ReadTable.Planned resume(LedgerJob job) throws SQLException {
    return read().resume(job, "t", "run", "test");
  }

  private static void copy(ReadTable.Planned read, WriteTable write, String... options) {
    PipelineOptions chosen = PipelineOptionsFactory.fromArgs(options).create();
    if (options.length > 0) {
      chosen.setRunner(FlinkRunner.class);
      chosen.as(FlinkPipelineOptions.class).setFlinkMaster("[local]");
    }
    Pipeline pipeline = Pipeline.create(chosen);
    pipeline.apply(read).apply(write.ledger(read.ledger().orElseThrow()));
    pipeline.run().waitUntilFinish();
  }

  private void assertEachRowOnce() throws SQLException {
    assertThat(POSTGRES.differences("TABLE s", "TABLE t")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void ledger_shouldCopyEachRowOnce(String runner) throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      assertThat(read.splits()).isGreaterThan(4);
      copy(
          read,
          WriteTable.into(spec, "t"),
          runner.equals("flink") ? new String[] {"--parallelism=2"} : new String[0]);
      assertThat(job.finish()).isEqualTo(ROWS);
    }
    assertEachRowOnce();
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void resume_shouldCopyOnlyWhatIsMissing(String runner) throws SQLException {
    String[] options = runner.equals("flink") ? new String[] {"--parallelism=2"} : new String[0];
    POSTGRES.execute("ALTER TABLE t ADD CONSTRAINT trap CHECK (id <> 30003) NOT VALID");
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      assertThatThrownBy(() -> copy(read, WriteTable.into(spec, "t"), options))
          .hasStackTraceContaining("trap");
      assertThatThrownBy(job::finish)
          .hasMessageStartingWith("Cannot finish job j: the target does not have all of split ");
    }
    long before = POSTGRES.value("SELECT count(*) FROM t", Long.class);
    assertThat(before).isPositive().isLessThan(ROWS);
    POSTGRES.execute("ALTER TABLE t DROP CONSTRAINT trap");

    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      assertThat(job.attempts()).isEqualTo(2);
      // The direct runner reports a failure while other threads still write.
      assertThat(job.rowsBefore()).isGreaterThanOrEqualTo(before).isLessThan(ROWS);
      copy(read, WriteTable.into(spec, "t"), options);
      assertThat(job.finish()).isEqualTo(ROWS);
    }
    assertEachRowOnce();

    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      assertThat(job.wasDone()).isTrue();
      assertThat(read.splits()).isZero();
      assertThat(job.rowsBefore()).isEqualTo(ROWS);
    }
  }

  @Test
  void write_shouldAskTheLedgerWhenACommitHasNoAnswer() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(POSTGRES.server().port());
        LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      proxy.loseCommits(3);
      String url = proxy.jdbcUrl(POSTGRES.jdbcUrl());
      long before = Measure.ROWS_WRITTEN.total();
      copy(read, WriteTable.into(ConnectionSpec.of(url), "t"));

      assertThat(proxy.commitsToLose()).isZero();
      assertThat(Measure.ROWS_WRITTEN.total() - before).isEqualTo(ROWS);
      assertThat(job.finish()).isEqualTo(ROWS);
    }
    assertEachRowOnce();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"grp", "name", "at", "grp,at", "name COLLATE \"unicode\"", "numeric", "uuid"})
  void ledger_shouldGoByAnyKey(String kind) throws SQLException {
    String key = kind;
    switch (kind) {
      case "name COLLATE \"unicode\"" -> {
        POSTGRES.execute("ALTER TABLE s ALTER name TYPE text COLLATE \"unicode\"");
        key = "name";
      }
      case "numeric" -> {
        POSTGRES.execute(
            "ALTER TABLE s ALTER grp TYPE numeric USING CASE id % 9 WHEN 0 THEN 'NaN'"
                + " WHEN 3 THEN (grp / 7.0)::numeric(9, 3) ELSE grp END",
            "ALTER TABLE t ALTER grp TYPE numeric");
        key = "grp";
      }
      case "uuid" -> {
        POSTGRES.execute(
            "ALTER TABLE s ADD u uuid DEFAULT gen_random_uuid()", "ALTER TABLE t ADD u uuid");
        key = "u";
      }
      default -> {}
    }
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = read().key(key.split(",", -1)).resume(job, "t", "run", "test");
      assertThat(read.collated()).hasSize(kind.contains("COLLATE") ? 1 : 0);
      copy(read, WriteTable.into(spec, "t"));
      assertThat(job.finish()).isEqualTo(ROWS);
    }
    assertEachRowOnce();
  }

  @Test
  void resume_shouldCoverAnEmptyTable() throws SQLException {
    POSTGRES.execute("TRUNCATE s");
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      copy(resume(job), WriteTable.into(spec, "t"));
      assertThat(job.finish()).isZero();
      assertThat(job.wasDone()).isFalse();
    }
  }

  @Test
  void resume_shouldRefuseKeysThatAreNull() throws SQLException {
    POSTGRES.execute("UPDATE s SET grp = NULL WHERE id = 9");
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      assertThatThrownBy(() -> read().key("grp").resume(job, "t", "run", "test"))
          .hasMessage(
              "Cannot keep a ledger of public.s by [grp]: some rows have NULL there; name columns"
                  + " that are never NULL as the key");
    }
  }

  @Test
  void resume_shouldRefuseAnotherDefinition() throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      resume(job);
    }
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      assertThatThrownBy(() -> read().where("id > 5").resume(job, "t", "run", "test"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Invalid job: j, which was begun as \"jdbc:postgresql://")
          .hasMessageContaining("where id > 5");
    }
  }

  @Test
  void write_shouldCommitDurably_whateverTheServersDefault() throws SQLException {
    assertThat(POSTGRES.value("SHOW synchronous_commit", String.class)).isEqualTo("off");
    POSTGRES.execute(
        "DROP TABLE IF EXISTS settings",
        "CREATE TABLE settings (value text)",
        "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " INSERT INTO settings SELECT current_setting('synchronous_commit');"
            + " RETURN NULL; END $$",
        "CREATE TRIGGER note AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION note()");
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      copy(resume(job), WriteTable.into(spec, "t"));
    }
    assertThat(POSTGRES.query("SELECT DISTINCT value FROM settings", row -> row.getString(1)))
        .containsExactly("on");
  }

  @Test
  void open_shouldRefuseASecondRun() throws SQLException {
    try (LedgerJob first = LedgerJob.open(spec, "j")) {
      read().resume(first, "t", "run-1", "test");
      assertThatThrownBy(() -> LedgerJob.open(spec, "j"))
          .isInstanceOf(JobActiveException.class)
          .hasMessageMatching(
              "Cannot run job j: run run-1 \\(pid \\d+, from 127.0.0.1, since .*\\) is at it; wait"
                  + " for its end, or stop it");
      LedgerJob.open(spec, "another").close();
    }
    LedgerJob.open(spec, "j").close();
  }

  @Test
  void begin_shouldFenceOffEarlierAttempts() throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec, "j");
        Connection connection = POSTGRES.connection()) {
      ReadTable.Planned read = resume(job);
      connection.setAutoCommit(false);
      Pipeline pipeline = Pipeline.create();
      pipeline
          .apply(read)
          .apply(ParDo.of(new BeginAgainFn(read.ledger().orElseThrow())))
          .setCoder(BlockCoder.of(read.schema()))
          .apply(WriteTable.into(spec, "t").ledger(read.ledger().orElseThrow()));
      assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
          .hasRootCauseInstanceOf(StaleEpochException.class);
    }
    assertThat(POSTGRES.value("SELECT count(*) FROM t", Long.class)).isZero();
  }

  /** Begins another attempt of each block's split, as a second reader would. */
  private static final class BeginAgainFn extends DoFn<Block, Block> implements OneToOne {
    private final Ledger ledger;

    BeginAgainFn(Ledger ledger) {
      this.ledger = ledger;
    }

    @ProcessElement
    public void process(@Element Block block, OutputReceiver<Block> out) throws SQLException {
      try (Connection connection = ledger.spec().connect("test")) {
        connection.setAutoCommit(false);
        ledger.begin(connection, Integer.parseInt(block.origin().split()));
      }
      out.output(block);
    }
  }

  @Test
  void ledger_shouldAllowStepsThatAreOneToOne() throws SQLException {
    POSTGRES.execute("ALTER TABLE t DROP name");
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      Pipeline pipeline = Pipeline.create();
      pipeline
          .apply(read)
          .apply(Blocks.filter((block, row) -> block.column(0).getLong(row) % 2 == 0))
          .apply(Blocks.project("at", "id", "grp"))
          .apply(WriteTable.into(spec, "t").ledger(read.ledger().orElseThrow()));
      pipeline.run().waitUntilFinish();
      assertThat(job.finish()).isEqualTo(ROWS / 2);
    }
    assertThat(POSTGRES.value("SELECT count(DISTINCT id) FROM t", Long.class)).isEqualTo(ROWS / 2);
  }

  @Test
  void ledger_shouldRefuseStepsThatAreNot() throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned read = resume(job);
      List<PTransform<PCollection<Block>, PCollection<Block>>> refused =
          List.of(
              Blocks.resize(ByteSize.ofKibibytes(64)), new ThroughRows(), Reshuffle.viaRandomKey());
      for (PTransform<PCollection<Block>, PCollection<Block>> step : refused) {
        Pipeline pipeline = Pipeline.create();
        PCollection<Block> blocks = pipeline.apply(read).apply("Step", step);
        WriteTable write = WriteTable.into(spec, "t").ledger(read.ledger().orElseThrow());
        blocks.apply(write);
        assertThatThrownBy(pipeline::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("Cannot write in ledger mode: step Step/");
      }
      Pipeline pipeline = Pipeline.create();
      PCollection<Block> keyless = pipeline.apply(read).apply(Blocks.project("grp", "at"));
      assertThatThrownBy(
              () -> keyless.apply(WriteTable.into(spec, "t").ledger(read.ledger().orElseThrow())))
          .hasMessageStartingWith(
              "Cannot write in ledger mode: the blocks have no column id of the key as it was read");
    }
  }

  private static final class ThroughRows
      extends PTransform<PCollection<Block>, PCollection<Block>> {
    @Override
    public PCollection<Block> expand(PCollection<Block> input) {
      return input.apply(Blocks.toRows()).apply(Blocks.fromRows());
    }
  }

  @Test
  void open_shouldSayWhatARoleIsMissing() throws SQLException {
    POSTGRES.execute("DROP ROLE IF EXISTS poor", "CREATE ROLE poor LOGIN");
    assertThatThrownBy(() -> LedgerJob.open(spec.withUser("poor"), "j"))
        .hasMessageMatching(
            "Cannot keep a ledger in database test_\\d+: ERROR: permission denied for database"
                + " test_\\d+; let its owner run: CREATE SCHEMA millrace AUTHORIZATION \"poor\"");
  }

  @Test
  void splits_shouldSayWhatIsCovered() throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec, "j");
        Connection connection = POSTGRES.connection()) {
      copy(resume(job), WriteTable.into(spec, "t"));
      List<SplitRecord> splits = SplitRecord.list(connection, "j");
      assertThat(splits).allMatch(SplitRecord::isDone).allMatch(split -> split.epoch() == 1);
      assertThat(splits.stream().mapToLong(SplitRecord::rows).sum()).isEqualTo(ROWS);
      assertThat(splits.get(0).range().toString()).matches("\\(start .. \\d+\\]");
    }
  }
}
