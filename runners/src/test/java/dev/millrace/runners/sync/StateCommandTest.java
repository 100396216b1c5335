// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mode ledger through the command, and what {@code state} tells of it. */
class StateCommandTest {

  private static final String JOB = "station into copy";

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    postgres.execute(
        "drop schema if exists millrace cascade",
        "drop table if exists station, copy",
        "create table station as select i as id, 'S' || i as name from generate_series(1, 1000) i",
        "alter table station add primary key (id)",
        "create table copy (id int, name text check (name <> 'S700'))");
  }

  @Test
  void sync_shouldGoOnWhereItFailed_andTellWhatItSkipped() throws Exception {
    assertThat(sync("--mode=ledger")).isEqualTo(ExitCode.FAILED);
    assertThat(console.err()).contains("Cannot ").contains("copy_name_check");
    postgres.execute("alter table copy drop constraint copy_name_check");

    assertThat(sync("--mode=ledger", "--json")).as(console.err()).isEqualTo(ExitCode.DONE);

    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(1000);
    JsonNode summary = summary();
    assertThat(summary.get("job").asText()).isEqualTo(JOB);
    assertThat(summary.get("attempts").asInt()).isEqualTo(2);
    assertThat(summary.get("rows_written").asLong() + summary.get("rows_skipped").asLong())
        .isEqualTo(1000);

    assertThat(sync("--mode=ledger")).isEqualTo(ExitCode.DONE);
    assertThat(console.out())
        .contains("Job station into copy is done already, with 1,000 rows; nothing was copied.");
    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(1000);
  }

  @Test
  void sync_shouldExitWith7_whenAnotherRunHasTheJob() throws Exception {
    LedgerJob held = LedgerJob.open(ConnectionSpec.of(postgres.jdbcUrl()), JOB);
    try (held) {
      assertThat(sync("--mode=ledger")).isEqualTo(ExitCode.ACTIVE);
      assertThat(console.err()).contains("Cannot run job station into copy: run another (pid ");
      assertThat(state("--job=" + JOB, "--reset", "--yes")).isEqualTo(ExitCode.USAGE);
    }
    assertThat(postgres.value("select count(*) from copy", Long.class)).isZero();
  }

  @Test
  void sync_shouldTellAndWriteNothing_inADryRun() throws Exception {
    assertThat(sync("--mode=ledger", "--dry-run")).isEqualTo(ExitCode.DONE);

    assertThat(console.out()).contains("mode ledger").contains("Nothing was written.");
    assertThat(state()).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("No job: ");
  }

  @Test
  void state_shouldListJobsAndSplits() throws Exception {
    postgres.execute("alter table copy drop constraint copy_name_check");
    sync("--mode=ledger");

    assertThat(state()).isEqualTo(ExitCode.DONE);
    assertThat(console.out())
        .startsWith("station into copy: done 20")
        .contains(" public.station (id INT32, name TEXT) by [id] into copy")
        .doesNotContain("split", "peak memory");
    assertThat(state("--job=" + JOB)).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("window all, split   0 (start .. end]: done, 1,000 rows");
    assertThat(state("--json")).isEqualTo(ExitCode.DONE);
    assertThat(summary().at("/jobs/0/splits/0/rows").asLong()).isEqualTo(1000);
    assertThat(state("--job=nobody")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains("Invalid --job: nobody (must be a job of the ledger of ");
  }

  @Test
  void reset_shouldForgetOnlyWithYes() throws Exception {
    postgres.execute("alter table copy drop constraint copy_name_check");
    sync("--mode=ledger");

    assertThat(state("--reset")).isEqualTo(ExitCode.USAGE);
    assertThat(state("--job=" + JOB, "--reset")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("Would be forgotten with --reset --yes");
    sync("--mode=ledger");
    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(1000);

    assertThat(state("--job=" + JOB, "--reset", "--yes")).isEqualTo(ExitCode.DONE);
    sync("--mode=ledger");
    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(2000);
  }

  @Test
  void prune_shouldForgetWhatWasDoneLongAgo() throws Exception {
    postgres.execute("alter table copy drop constraint copy_name_check");
    sync("--mode=ledger");
    postgres.execute("update millrace.job set done_at = now() - interval '40 days'");

    assertThat(state("--prune=41", "--yes")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("No job was done more than 41 days ago.");
    // Another run removes the parts of what is old, and still knows that it was done.
    sync("--mode=ledger");
    assertThat(console.out()).contains("is done already, with 1,000 rows");
    assertThat(postgres.value("select count(*) from millrace.split", Long.class)).isZero();

    assertThat(state("--prune=39", "--yes")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("Forgotten: station into copy, done ");
    assertThat(postgres.value("select count(*) from millrace.job", Long.class)).isZero();
  }

  private int sync(String... more) {
    String url = postgres.jdbcUrl();
    return run(
        List.of("sync", "--source=" + url, "--table=station", "--target=" + url, "--into=copy"),
        more);
  }

  private int state(String... more) {
    return run(List.of("state", "--target=" + postgres.jdbcUrl()), more);
  }

  private int run(List<String> arguments, String... more) {
    console = new TestConsole();
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return console.run(all.toArray(String[]::new));
  }

  private JsonNode summary() throws Exception {
    List<String> lines = console.out().lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }
}
