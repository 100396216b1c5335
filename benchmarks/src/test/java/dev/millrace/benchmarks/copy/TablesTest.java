// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TablesTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private Tables tables;

  @BeforeEach
  void create() throws Exception {
    tables = Tables.create(ConnectionSpec.of(postgres.jdbcUrl()), Set.of(100L), line -> {});
  }

  @AfterEach
  void drop() throws Exception {
    tables.close();
  }

  @Test
  void verify_shouldAccept_whenRowsCameInAnotherOrder() throws Exception {
    tables.reset(Mode.APPEND, 100, false);
    postgres.execute(
        "insert into millrace_bench.target_append"
            + " select * from millrace_bench.source_100 order by id desc");

    assertThatCode(() -> tables.verify(Mode.APPEND, 100, false)).doesNotThrowAnyException();
    assertThatThrownBy(() -> tables.verify(Mode.APPEND, 100, true))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void verify_shouldRefuse_whenOneValueDiffers() throws Exception {
    tables.reset(Mode.APPEND, 100, false);
    postgres.execute(
        "insert into millrace_bench.target_append select * from millrace_bench.source_100",
        "update millrace_bench.target_append"
            + " set created_at = created_at + interval '1 microsecond' where id = 7");

    assertThatThrownBy(() -> tables.verify(Mode.APPEND, 100, false))
        .hasMessageStartingWith(
            "Cannot trust the copy: millrace_bench.target_append has 100 rows with checksum ");
  }

  @Test
  void verify_shouldRefuse_whenAnOldVersionWasNotReplaced() throws Exception {
    tables.reset(Mode.UPSERT, 100, false);
    postgres.execute(
        "insert into millrace_bench.target_upsert"
            + " select * from millrace_bench.source_100 on conflict do nothing");

    assertThatThrownBy(() -> tables.verify(Mode.UPSERT, 100, false))
        .hasMessageStartingWith("Cannot trust the copy: ");
  }

  @Test
  void reset_shouldLeaveEveryTenthRow_whenUpserting() throws Exception {
    tables.reset(Mode.UPSERT, 100, false);

    assertThat(
            postgres.value(
                "select count(*) from millrace_bench.target_upsert where account = -1", Long.class))
        .isEqualTo(10);
  }

  @Test
  void create_shouldRefuse_whenTheSchemaExists() {
    assertThatThrownBy(
            () -> Tables.create(ConnectionSpec.of(postgres.jdbcUrl()), Set.of(1L), line -> {}))
        .hasMessageContaining("schema \"millrace_bench\" already exists");
  }
}
