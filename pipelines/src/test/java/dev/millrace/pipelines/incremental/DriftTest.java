// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriftTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @BeforeEach
  void copyOnce() throws SQLException {
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS item, copy",
        "CREATE TABLE item (id int PRIMARY KEY, n int, at timestamptz DEFAULT clock_timestamp())",
        "INSERT INTO item SELECT i, i FROM generate_series(1, 10) i",
        "CREATE TABLE copy (LIKE item INCLUDING INDEXES)");
    sync(OnDrift.FAIL);
  }

  private static List<String> sync(OnDrift onDrift) throws SQLException {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    IncrementalOptions options =
        new IncrementalOptions(
            spec,
            "item",
            spec,
            "copy",
            "at",
            List.of("id"),
            true,
            "j",
            List.of(),
            "",
            ByteSize.ofMebibytes(1),
            1,
            HorizonRules.DEFAULT.withGuard(Duration.ZERO),
            NullCursor.FAIL,
            onDrift,
            null);
    try (Incremental sync = Incremental.open(options, "run", "direct")) {
      Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
      sync.applyTo(pipeline);
      pipeline.run().waitUntilFinish();
      sync.finish(0, Instant.EPOCH, Instant.EPOCH);
      return sync.notes();
    }
  }

  private static List<String> rows(String columns) throws SQLException {
    return POSTGRES.query(
        "SELECT (" + columns + ")::text FROM copy WHERE id > 10 ORDER BY id",
        row -> row.getString(1));
  }

  @Test
  void fail_shouldRefuseANewColumn() throws SQLException {
    POSTGRES.execute("ALTER TABLE item ADD z text", "INSERT INTO item VALUES (11, 11)");
    assertThatThrownBy(() -> sync(OnDrift.FAIL))
        .isInstanceOf(SchemaDriftException.class)
        .hasMessage(
            "Cannot sync item: its columns changed since the last run: z text was added; choose"
                + " with --on-drift=add-columns or ignore");
    assertThat(rows("id")).isEmpty();
  }

  @Test
  void ignore_shouldCopyTheColumnsThatItKnows() throws SQLException {
    POSTGRES.execute("ALTER TABLE item ADD z text", "INSERT INTO item VALUES (11, 11)");
    sync(OnDrift.IGNORE);
    assertThat(rows("id, n")).containsExactly("(11,11)");
    POSTGRES.execute("INSERT INTO item VALUES (12, 12)");
    sync(OnDrift.IGNORE);
    assertThat(rows("id, n")).containsExactly("(11,11)", "(12,12)");
  }

  @Test
  void addColumns_shouldChangeTheTarget() throws SQLException {
    POSTGRES.execute(
        "ALTER TABLE item ADD z text, ALTER n TYPE bigint",
        "INSERT INTO item VALUES (11, 1e12, clock_timestamp(), 'zed')");
    assertThat(sync(OnDrift.ADD_COLUMNS))
        .contains("Column n of copy is bigint now.")
        .anyMatch(note -> note.startsWith("Column z was added to copy;"));
    assertThat(rows("id, n, z")).containsExactly("(11,1000000000000,zed)");
    POSTGRES.execute("INSERT INTO item VALUES (12, 12)");
    assertThat(sync(OnDrift.FAIL)).noneMatch(note -> note.startsWith("Column "));
  }

  @Test
  void droppedColumn_shouldAlwaysBeRefused() throws SQLException {
    POSTGRES.execute("ALTER TABLE item RENAME n TO m", "INSERT INTO item VALUES (11, 11)");
    for (OnDrift onDrift : OnDrift.values()) {
      assertThatThrownBy(() -> sync(onDrift))
          .isInstanceOf(SchemaDriftException.class)
          .hasMessageContaining("n was dropped or renamed");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "bigint; integer; true",
        "integer; bigint; false",
        "numeric; bigint; true",
        "numeric(12,2); numeric(10,2); true",
        "numeric(12,4); numeric(10,2); true",
        "numeric(12,5); numeric(10,2); false",
        "numeric(10,2); numeric; false",
        "character varying(20); character varying(10); true",
        "character varying(5); character varying(10); false",
        "text; character varying(10); true",
        "character varying(10); text; false",
        "double precision; real; true",
        "text; integer; false"
      })
  void isWider_shouldHoldAllValues(String type, String than, boolean wider) {
    assertThat(Drift.isWider(type, than)).isEqualTo(wider);
  }
}
