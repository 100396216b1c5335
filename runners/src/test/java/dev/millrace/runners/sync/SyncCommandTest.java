// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.observe.Stage;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyncCommandTest {

  @RegisterExtension static final PostgresExtension source = new PostgresExtension();
  @RegisterExtension static final PostgresExtension target = new PostgresExtension();

  private final TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    source.execute(
        "drop table if exists station",
        "create table station as select i as id, 'S' || i as name from generate_series(1, 1000) i");
    target.execute(
        "drop table if exists copy, other",
        "create table copy (id int primary key, name text)",
        "create table other (id int, label text)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void sync_shouldCopyEveryRowAndSayHowMany(String runner) throws Exception {
    assertThat(sync("--into=copy", "--runner=" + runner, "--checksum", "--json"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    assertThat(target.value("select count(*) from copy", Long.class)).isEqualTo(1000);
    JsonNode summary = summary();
    assertThat(summary.get("status").asText()).isEqualTo("done");
    assertThat(summary.get("runner").asText()).isEqualTo(runner);
    assertThat(summary.get("rows_read").asLong()).isEqualTo(1000);
    assertThat(summary.get("rows_written").asLong()).isEqualTo(1000);
    assertThat(summary.get("rows_rejected").asLong()).isZero();
    assertThat(summary.get("bytes").asLong()).isPositive();
    assertThat(summary.get("seconds").asDouble()).isPositive();
    assertThat(summary.get("source_checksum").asText())
        .hasSize(32)
        .isEqualTo(summary.get("target_checksum").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void sync_shouldSayWhatItsStagesSpentTheirTimeOn(String runner) throws Exception {
    assertThat(sync("--into=copy", "--runner=" + runner, "--json")).isEqualTo(ExitCode.DONE);

    List<String> stages = summary().get("stages").findValuesAsText("stage");
    assertThat(stages).contains("read public.station", "write public.copy");
    for (JsonNode stage : summary().get("stages")) {
      double sum = 0;
      for (JsonNode share : stage.get("shares")) {
        sum += share.asDouble();
      }
      assertThat(sum).as("%s", stage).isCloseTo(1, within(0.01));
      assertThat(stage.get("allocated_bytes").asLong()).isPositive();
      if (!stage.get("stage").asText().equals(Stage.OTHERS)) {
        assertThat(stage.get("read_bytes").asLong()).as("%s", stage).isPositive();
        assertThat(stage.get("written_bytes").asLong()).as("%s", stage).isPositive();
      }
      assertThat(stage.get("threads").asDouble()).isNotNegative();
    }
    JsonNode memory = summary().get("memory");
    assertThat(memory.get("heap_max_bytes").asLong()).isEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(memory.get("held_peak_bytes").get("write public.copy").asLong()).isPositive();
    assertThat(memory.get("chunks").isObject()).isTrue();
    JsonNode bottleneck = summary().get("bottleneck");
    assertThat(stages).contains(bottleneck.get("stage").asText());
    assertThat(bottleneck.get("advice").asText()).isNotEmpty();
    assertThat(bottleneck.get("share").asDouble()).isPositive();
  }

  @Test
  void sync_shouldNameWhoHoldsTheTarget_whenItWaitsForLocks() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (Connection holder = target.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table copy in share mode");
      Future<Integer> code = threads.submit(() -> sync("--into=copy"));
      PostgresExtension.awaitLockWait(holder, 9);
      holder.rollback();

      assertThat(code.get()).as(console.err()).isEqualTo(ExitCode.DONE);
    } finally {
      threads.shutdown();
    }
    assertThat(console.out())
        .contains(
            "slowest      write public.copy, ", " % of its time waiting for the database's locks")
        .containsPattern("session \\d+ of .* held them last: end it, or run this when it is over");
  }

  @Test
  void sync_shouldReplaceRows_inModeUpsert() throws Exception {
    target.execute("insert into copy values (1, 'old'), (5000, 'kept')");

    assertThat(sync("--into=copy", "--mode=upsert", "--key=id", "--where=id <= 10"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    assertThat(target.query("select name from copy where id in (1, 5000)", row -> row.getString(1)))
        .containsExactlyInAnyOrder("S1", "kept");
    assertThat(target.value("select count(*) from copy", Long.class)).isEqualTo(11);
    assertThat(console.out()).contains("written").contains("10 rows");
  }

  @Test
  void sync_shouldCountZero_whenNothingIsToCopy() throws Exception {
    assertThat(sync("--into=copy", "--where=false", "--json")).isEqualTo(ExitCode.DONE);

    assertThat(summary().get("rows_read").asLong()).isZero();
    assertThat(summary().get("rows_written").asLong()).isZero();
  }

  @Test
  void sync_shouldWriteNothing_whenRunDry() throws Exception {
    assertThat(sync("--into=copy", "--dry-run", "--json")).isEqualTo(ExitCode.DONE);

    assertThat(target.value("select count(*) from copy", Long.class)).isZero();
    assertThat(summary().get("dry_run").asBoolean()).isTrue();
    assertThat(summary().get("rows_written").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--table=nowhere --into=copy            | nowhere",
        "--into=nowhere                         | nowhere",
        "--into=other                           | name",
        "--into=copy --columns=id,nam           | nam",
        "--into=copy --mode=upsert --key=name   | name",
        "--into=copy --mode=upsert --key=idd    | idd",
        "--into=copy --mode=upsert              | key",
        "--into=copy --key=id                   | key",
        "--into=copy --where=idd>1              | idd",
        "--into=a.b.c                           | a.b.c",
      })
  void sync_shouldRefuseInOneSentence_whatDoesNotFit(String arguments, String named)
      throws Exception {
    assertThat(sync(arguments.split(" +"))).as(console.err()).isEqualTo(ExitCode.USAGE);

    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).matches("(Cannot|Invalid) .*: .*\\R").contains(named);
    assertThat(console.out()).isEmpty();
    assertThat(target.value("select count(*) from copy", Long.class)).isZero();
  }

  @Test
  void sync_shouldSayWhichServerDoesNotAnswer() {
    String nobody = "jdbc:postgresql://localhost:1/x?user=u&password=s3cret";

    assertThat(console.run("sync", "--source=" + nobody, "--table=t", "--target=" + nobody))
        .isEqualTo(ExitCode.FAILED);

    assertThat(console.err())
        .isEqualToIgnoringNewLines(
            "Cannot connect to the source jdbc:postgresql://localhost:1/x as u: the server refused"
                + " the connection; check host and port, and that it runs");
  }

  @Test
  void sync_shouldNameTheDatabaseThatDoesNotExist() {
    String missing = source.server().jdbcUrl("nowhere");

    assertThat(sync("--target=" + missing, "--into=copy")).isEqualTo(ExitCode.USAGE);

    assertThat(console.err())
        .startsWith("Cannot connect to the target jdbc:postgresql://localhost:")
        .contains("database \"nowhere\" does not exist");
  }

  @Test
  void sync_shouldRefuseAUrlOfAnotherKind() {
    assertThat(sync("--target=mysql://root:s3cret@h/d", "--into=copy")).isEqualTo(ExitCode.USAGE);

    assertThat(console.err())
        .isEqualToIgnoringNewLines(
            "Invalid --target: mysql://root:***@h/d (must be a URL such as"
                + " jdbc:postgresql://host:5432/database)");
  }

  @Test
  void sync_shouldFailInOneSentence_whenARowDoesNotFit() throws Exception {
    target.execute("insert into copy values (500, 'there already')");

    assertThat(sync("--into=copy", "--quiet")).isEqualTo(ExitCode.FAILED);

    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).startsWith("Cannot ").contains("copy").contains("duplicate key");
  }

  /** Runs sync from the table of the source; arguments given override the usual ones. */
  private int sync(String... arguments) {
    List<String> args = new ArrayList<>(List.of("sync"));
    List<String> given = List.of(arguments);
    for (String usual :
        List.of(
            "--source=" + source.jdbcUrl(), "--table=station", "--target=" + target.jdbcUrl())) {
      String name = usual.substring(0, usual.indexOf('=') + 1);
      if (given.stream().noneMatch(one -> one.startsWith(name))) {
        args.add(usual);
      }
    }
    args.addAll(given);
    return console.run(args.toArray(String[]::new));
  }

  private JsonNode summary() throws Exception {
    List<String> lines = console.out().lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }
}
