// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DlqCommandTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS station, copy",
        "CREATE TABLE station AS SELECT i AS id, 'S' || i AS name FROM generate_series(1, 1000) i",
        "CREATE TABLE copy (id int CONSTRAINT few CHECK (id % 500 <> 7), name text)");
  }

  private int millrace(String... arguments) {
    console = new TestConsole();
    return console.run(arguments);
  }

  private int sync(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sync",
                "--source=" + POSTGRES.jdbcUrl(),
                "--table=station",
                "--target=" + POSTGRES.jdbcUrl(),
                "--into=copy"));
    arguments.addAll(List.of(more));
    return millrace(arguments.toArray(String[]::new));
  }

  private int dlq(String... more) {
    List<String> arguments = new ArrayList<>(List.of("dlq"));
    arguments.addAll(List.of(more));
    arguments.add("--target=" + POSTGRES.jdbcUrl());
    return millrace(arguments.toArray(String[]::new));
  }

  private static long copied() throws Exception {
    return POSTGRES.value("SELECT count(*) FROM copy", Long.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void sync_shouldTakeAllOtherRows(String runner) throws Exception {
    int code = sync("--max-rejects=1%", "--runner=" + runner, "--json");

    assertThat(code).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(console.json().get("rows_written").asLong()).isEqualTo(998);
    assertThat(console.json().get("rows_rejected").asLong()).isEqualTo(2);
    assertThat(copied()).isEqualTo(998);
  }

  @Test
  void sync_shouldEndWith3_whenThereAreTooMany() throws Exception {
    assertThat(sync("--max-rejects=1")).isEqualTo(ExitCode.REJECTS);
    assertThat(console.err())
        .contains(
            "Cannot write to public.copy: more than 1 rows were rejected, the last because: ");

    POSTGRES.execute("TRUNCATE copy");
    assertThat(sync("--max-rejects=0.1%")).isEqualTo(ExitCode.REJECTS);
    assertThat(console.out())
        .contains("2 rows were rejected", "That is more than --max-rejects=0.1%.");
    assertThat(copied()).isEqualTo(998);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "many", "0%", "101%", "%", ""})
  void sync_shouldRefuseLimitsThatAreNone(String limit) {
    assertThat(sync("--max-rejects=" + limit)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains("--max-rejects");
  }

  @Test
  void sync_shouldRefuseToRedactWhatIsNotThere() throws Exception {
    assertThat(sync("--redact=name")).isEqualTo(ExitCode.USAGE);
    assertThat(sync("--redact=nmae", "--max-rejects=5")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .contains("Invalid column to redact: nmae (must be one of public.copy: [id, name])");
    assertThat(copied()).isZero();
  }

  @Test
  void dlq_shouldShowReplayAndDrop() throws Exception {
    assertThat(dlq()).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("No rows were refused.");
    sync("--max-rejects=5");

    assertThat(dlq("list")).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("2 rows of \"public\".\"copy\", SQLSTATE 23514", "few");
    assertThat(dlq("show", "--into=copy", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(console.json().get("rows").get(0).get("payload").asText())
        .isEqualTo("{\"id\": \"7\", \"name\": \"S7\"}");
    assertThat(dlq("replay")).isEqualTo(ExitCode.REJECTS);
    assertThat(console.out()).contains("0 rows were written, 2 refused once more.");

    POSTGRES.execute("ALTER TABLE copy DROP CONSTRAINT few, ADD CHECK (id <> 507)");
    assertThat(dlq("replay", "--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("Would write 2 rows again.");
    assertThat(dlq("replay")).isEqualTo(ExitCode.REJECTS);
    assertThat(console.out()).contains("1 rows were written, 1 refused once more.");
    assertThat(dlq("drop")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("1 rows would be dropped with --yes.");
    assertThat(dlq("drop", "--yes", "--run=none")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("0 rows were dropped.");
    assertThat(dlq("drop", "--yes")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("1 rows were dropped.");
    assertThat(copied()).isEqualTo(999);
  }

  @Test
  void dlq_shouldRefuseOtherActions() {
    assertThat(dlq("purge")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .contains("Invalid action: purge (must be list, show, replay or drop)");
  }
}
