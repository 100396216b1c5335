// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.horizon.Recount;
import dev.millrace.ledger.LedgerView;
import dev.millrace.ledger.RecountRecord;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final HorizonRules RULES = HorizonRules.DEFAULT.withGuard(Duration.ZERO);

  @BeforeEach
  void createTables() throws SQLException {
    String columns = "(id int PRIMARY KEY, name text, at timestamptz DEFAULT now())";
    SOURCE.execute(
        "DROP TABLE IF EXISTS item",
        "CREATE TABLE item " + columns,
        "CREATE INDEX ON item (at, id)",
        "INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 10000) i");
    TARGET.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS copy",
        "CREATE TABLE copy " + columns);
  }

  private static IncrementalOptions options(boolean replace, NullCursor nulls) {
    return options("at", replace, nulls);
  }

  private static IncrementalOptions options(String cursor, boolean replace, NullCursor nulls) {
    return new IncrementalOptions(
        ConnectionSpec.of(SOURCE.jdbcUrl()),
        "item",
        ConnectionSpec.of(TARGET.jdbcUrl()),
        "copy",
        cursor,
        List.of("id"),
        replace,
        "",
        List.of(),
        "",
        ByteSize.parse("16KiB"),
        2,
        RULES,
        nulls,
        OnDrift.FAIL,
        null);
  }

  private static IncrementalOptions upsert() {
    return options(true, NullCursor.FAIL);
  }

  /** Runs once; returns the rows of its windows. */
  private static long sync(IncrementalOptions options) throws SQLException {
    Instant now = Instant.now();
    long rows = 0;
    try (Incremental sync = Incremental.open(options, "run", "direct")) {
      do {
        if (!sync.isIdle()) {
          Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
          sync.applyTo(pipeline);
          pipeline.run().waitUntilFinish();
        }
        rows += sync.finish(0, now, now).map(WindowRecord::rows).orElse(0L);
      } while (sync.goOn());
    }
    return rows;
  }

  private static List<String> rows(PostgresExtension where, String table) throws SQLException {
    return where.query(
        "SELECT r::text FROM " + table + " AS r ORDER BY 1", row -> row.getString(1));
  }

  private static void assertSame() throws SQLException {
    assertThat(rows(TARGET, "copy")).isEqualTo(rows(SOURCE, "item"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sync_shouldCopyOnlyWhatIsNew(boolean replace) throws SQLException {
    IncrementalOptions options = options(replace, NullCursor.FAIL);
    assertThat(sync(options)).isEqualTo(10_000);
    assertSame();
    assertThat(sync(options)).isZero();

    SOURCE.execute("INSERT INTO item SELECT i FROM generate_series(20001, 20500) i");
    assertThat(sync(options)).isEqualTo(500);
    assertSame();
  }

  @Test
  void sync_shouldReplaceRowsThatChanged() throws SQLException {
    sync(upsert());
    SOURCE.execute("UPDATE item SET name = 'new', at = clock_timestamp() WHERE id % 10 = 0");
    assertThat(sync(upsert())).isEqualTo(1000);
    assertSame();
  }

  @Test
  void sync_shouldWaitForATransactionThatIsOpen() throws SQLException {
    sync(upsert());
    try (Connection late = SOURCE.connection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("INSERT INTO item VALUES (30001, 'late')");
      SOURCE.execute("INSERT INTO item VALUES (30002, 'early')");
      assertThat(sync(upsert())).isZero();
      late.commit();
    }
    assertThat(sync(upsert())).isEqualTo(2);
    assertSame();
    assertThat(found(Recount.Found::late)).as("rows that a bookmark would have lost").isEqualTo(1);
    assertThat(found(Recount.Found::behind)).isZero();
  }

  @Test
  void sync_shouldTellWhatComesWhereItHasRead() throws SQLException {
    sync(upsert());
    SOURCE.execute("INSERT INTO item VALUES (30001, 'first')");
    sync(upsert());
    SOURCE.execute("INSERT INTO item SELECT 30002, 'behind', at FROM item WHERE id = 30001");
    assertThat(sync(upsert())).isZero();
    assertThat(sync(upsert())).isZero();

    assertThat(found(Recount.Found::behind)).isEqualTo(1);
  }

  private static long found(ToLongFunction<Recount.Found> what) throws SQLException {
    return LedgerView.job(upsert().target(), upsert().job()).orElseThrow().recounts().stream()
        .map(RecountRecord::found)
        .filter(Objects::nonNull)
        .mapToLong(what)
        .sum();
  }

  @Test
  void sync_shouldGoOnWithAWindowThatWasLeft() throws SQLException {
    TARGET.execute("ALTER TABLE copy ADD CONSTRAINT trap CHECK (id <> 7777)");
    assertThatThrownBy(() -> sync(upsert())).hasStackTraceContaining("trap");
    TARGET.execute("ALTER TABLE copy DROP CONSTRAINT trap");
    SOURCE.execute("INSERT INTO item VALUES (30001, 'later')");

    assertThat(sync(upsert())).isEqualTo(10_001);
    assertSame();
  }

  @Test
  void sync_shouldNotReplaceANewerRow() throws SQLException {
    TARGET.execute("INSERT INTO copy VALUES (5, 'newer', 'infinity')");
    sync(upsert());
    assertThat(TARGET.value("SELECT name FROM copy WHERE id = 5", String.class)).isEqualTo("newer");
  }

  @Test
  void sync_shouldDoWithRowsWithoutCursorAsTold() throws SQLException {
    SOURCE.execute("UPDATE item SET at = NULL WHERE id <= 3");
    assertThatThrownBy(() -> sync(upsert()))
        .hasMessage(
            "Cannot sync public.item by at: it is NULL in some rows, which are in no window;"
                + " choose with --null-cursor=include or skip");

    IncrementalOptions skip = options(true, NullCursor.SKIP);
    assertThat(sync(skip)).isEqualTo(9997);
    try (Incremental sync = Incremental.open(skip, "run", "direct")) {
      assertThat(sync.skipped()).isEqualTo(3);
    }

    SOURCE.execute("UPDATE item SET name = 'changed' WHERE id = 2");
    assertThat(sync(options(true, NullCursor.INCLUDE))).isZero();
    assertSame();
  }

  @Test
  void sync_shouldGoByTheNumbersOfASequence() throws SQLException {
    SOURCE.execute("ALTER TABLE item ALTER id ADD GENERATED ALWAYS AS IDENTITY (START 20000)");
    IncrementalOptions options = options("id", false, NullCursor.FAIL);
    SOURCE.execute("INSERT INTO item (name) VALUES ('first')");
    assertThat(sync(options)).isEqualTo(10_001);
    try (Connection late = SOURCE.connection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("INSERT INTO item (name) VALUES ('late')");
      SOURCE.execute("INSERT INTO item (name) VALUES ('early')");
      assertThat(sync(options)).isZero();
      late.commit();
    }
    assertThat(sync(options)).isEqualTo(2);
    assertSame();
  }

  @Test
  void sync_shouldGoByTransactions() throws SQLException {
    IncrementalOptions options = options("tx", true, NullCursor.INCLUDE);
    String script = Incremental.xid8Migration(options).script();
    SOURCE.execute(script.split(";\\s*\\n(?=--|$)"));
    TARGET.execute("ALTER TABLE copy ADD tx xid8");
    sync(options);
    assertSame();
    SOURCE.execute("UPDATE item SET name = 'changed', at = at WHERE id % 10 = 0");
    assertThat(sync(options)).isEqualTo(1000);
    assertSame();
  }

  @Test
  void backfill_shouldCopyARangeAndLeaveTheCursor() throws SQLException {
    sync(upsert());
    String middle = SOURCE.value("SELECT clock_timestamp()::text", String.class);
    SOURCE.execute("INSERT INTO item VALUES (30001, 'later')");
    TARGET.execute("DELETE FROM copy WHERE id <= 100");
    Backfill backfill = Incremental.backfill(upsert(), "", middle);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    backfill.applyTo(pipeline);
    pipeline.run().waitUntilFinish();
    assertThat(TARGET.value("SELECT count(*) FROM copy", Long.class)).isEqualTo(10_000);

    assertThat(sync(upsert())).isEqualTo(1);
    assertSame();
    assertThatThrownBy(() -> Incremental.backfill(upsert(), "yesterdayish", ""))
        .hasMessage(
            "Invalid --from: yesterdayish (must be a value of type timestamp with time zone)");
  }

  @Test
  void open_shouldRefuseAnotherDefinition() throws SQLException {
    sync(upsert());
    IncrementalOptions all = upsert();
    IncrementalOptions some =
        new IncrementalOptions(
            all.source(),
            all.table(),
            all.target(),
            all.into(),
            all.cursor(),
            all.key(),
            true,
            all.job(),
            List.of(),
            "id < 10",
            all.blockSize(),
            2,
            RULES,
            NullCursor.FAIL,
            OnDrift.FAIL,
            null);
    assertThatThrownBy(() -> sync(some))
        .hasMessageStartingWith("Invalid job: item into copy by at, which was begun as ");
  }
}
