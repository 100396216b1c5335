// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.sync.SyncOptions.Mode;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.testing.TestPipelineExtension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SyncTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();
  @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

  @BeforeEach
  void createTables() throws SQLException {
    String columns = "(id int PRIMARY KEY, name text, at timestamptz, price numeric(10,2))";
    SOURCE.renew();
    TARGET.renew();
    SOURCE.execute(
        "CREATE TABLE item " + columns,
        "INSERT INTO item SELECT i, 'item ' || i, now(), i / 4.0 FROM generate_series(1, 1000) i");
    TARGET.execute("CREATE TABLE copy " + columns);
  }

  private static SyncOptions options(Mode mode, List<String> key, String where) {
    return new SyncOptions(
        ConnectionSpec.of(SOURCE.jdbcUrl()),
        "item",
        ConnectionSpec.of(TARGET.jdbcUrl()),
        "copy",
        mode,
        key,
        "",
        List.of(),
        where,
        Blocks.DEFAULT_SIZE,
        2,
        List.of(),
        null);
  }

  @Test
  void append_shouldCopyTheSnapshotAndNothingLater() throws SQLException {
    try (Sync sync = Sync.open(options(Mode.APPEND, List.of(), ""), "run", "direct")) {
      SOURCE.execute("UPDATE item SET name = 'later'", "INSERT INTO item VALUES (2000, 'later')");
      sync.applyTo(pipeline.get());
      pipeline.run();
      assertThat(sync.targetChecksum()).isEqualTo(sync.sourceChecksum());
    }
    assertThat(TARGET.value("SELECT count(*) FROM copy", Long.class)).isEqualTo(1000);
    assertThat(TARGET.value("SELECT count(*) FROM copy WHERE name = 'later'", Long.class)).isZero();
  }

  @Test
  void upsert_shouldReplaceRows() throws SQLException {
    TARGET.execute("INSERT INTO copy SELECT i, 'stale' FROM generate_series(500, 600) i");
    try (Sync sync = Sync.open(options(Mode.UPSERT, List.of("id"), "id <= 550"), "run", "direct")) {
      sync.applyTo(pipeline.get());
      pipeline.run();
    }
    assertThat(TARGET.value("SELECT count(*) FROM copy", Long.class)).isEqualTo(600);
    assertThat(TARGET.value("SELECT min(id) FROM copy WHERE name = 'stale'", Integer.class))
        .isEqualTo(551);
  }

  @Test
  void open_shouldRefuseAKeyThatIsNotUnique() {
    pipeline.get().enableAbandonedNodeEnforcement(false);
    assertThatThrownBy(() -> Sync.open(options(Mode.UPSERT, List.of("name"), ""), "run", "direct"))
        .hasMessage(
            "Invalid key of public.copy: [name] (must be the columns of a unique index: one of"
                + " [[id]])");
  }

  @Test
  void checksum_shouldTellChangedDuplicatedAndMissingRows() throws SQLException {
    pipeline.get().enableAbandonedNodeEnforcement(false);
    TARGET.execute("ALTER TABLE copy DROP CONSTRAINT copy_pkey");
    try (Sync sync = Sync.open(options(Mode.APPEND, List.of(), "id <= 2"), "run", "direct")) {
      String before = sync.targetChecksum().sum();
      TARGET.execute("INSERT INTO copy VALUES (1, NULL, NULL, NULL)");
      String one = sync.targetChecksum().sum();
      TARGET.execute("INSERT INTO copy VALUES (1, NULL, NULL, NULL)");
      String two = sync.targetChecksum().sum();
      TARGET.execute("UPDATE copy SET name = ''");
      assertThat(List.of(before, one, two, sync.targetChecksum().sum())).doesNotHaveDuplicates();
    }
  }
}
