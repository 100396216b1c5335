// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.connect.Ceiling;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class PlanCommandTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private final TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    SOURCE.execute(
        "DROP TABLE IF EXISTS station",
        "CREATE TABLE station AS SELECT i AS id FROM generate_series(1, 1000) i",
        "ALTER TABLE station ADD PRIMARY KEY (id)");
    TARGET.execute("DROP TABLE IF EXISTS station", "CREATE TABLE station (id int PRIMARY KEY)");
  }

  private int plan(String... more) {
    return planInto(TARGET.jdbcUrl(), more);
  }

  private int planInto(String target, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "plan",
                "sync",
                "--source=" + SOURCE.jdbcUrl(),
                "--table=station",
                "--target=" + target));
    words.addAll(List.of(more));
    return console.run(words.toArray(String[]::new));
  }

  @Test
  void plan_shouldTellTheConnectionsOfEachDatabase_andWriteNothing() throws Exception {
    assertThat(plan("--parallelism=3", "--max-connections=10", "--pool=night", "--json"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    assertThat(TARGET.value("SELECT count(*) FROM station", Long.class)).isZero();
    JsonNode source = console.json().get("connections").get(0);
    assertThat(source.get("reads").asInt()).isEqualTo(3);
    assertThat(source.get("writes").asInt()).isZero();
    assertThat(source.get("held").asInt()).as("the snapshot's").isEqualTo(1);
    assertThat(source.get("most").asInt()).isEqualTo(5);
    assertThat(source.get("ceiling").asInt()).isEqualTo(10);
    assertThat(source.get("pool").asText()).isEqualTo("night");
    JsonNode target = console.json().get("connections").get(1);
    assertThat(target.get("writes").asInt()).isEqualTo(3);
    assertThat(target.get("most").asInt()).isEqualTo(4);
    assertThat(target.get("free").asInt()).isBetween(1, target.get("limit").asInt());
  }

  @Test
  void plan_shouldRefuseMoreThanAServerHas() throws Exception {
    TARGET.execute(
        "DROP ROLE IF EXISTS narrow",
        "CREATE ROLE narrow LOGIN CONNECTION LIMIT 5",
        "GRANT ALL ON station TO narrow");
    String narrow = TARGET.jdbcUrl().replace("user=postgres", "user=narrow");

    assertThat(planInto(narrow, "--parallelism=4")).isEqualTo(ExitCode.DONE);
    assertThat(planInto(narrow, "--parallelism=5")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .contains("Cannot run: 6 connections to jdbc:postgresql://")
        .contains("at once are too many; the CONNECTION LIMIT of role narrow allows 5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | Invalid number of connections: 1 (must be 2 to 10000",
        "20000 | Invalid --max-connections: 20000 (must be a whole number from 1 to 1024)",
        "x | Invalid --max-connections: x (must be a whole number from 1 to 1024)",
      })
  void plan_shouldRefuseACeilingThatIsNone(String ceiling, String sentence) {
    assertThat(plan("--max-connections=" + ceiling)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains(sentence);
  }

  @Test
  void sync_shouldRefuseACeilingBelowWhichItWouldWaitForItself() {
    assertThat(
            console.sync(
                SOURCE.jdbcUrl(), "station", "station", "--mode=ledger", "--max-connections=3"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .contains("Invalid --max-connections: 3 (must be 5 or more: of jdbc:postgresql://")
        .contains("the run itself holds 2, and what it reads and writes takes one each)");
  }

  @Test
  void sync_shouldRefuseACeilingOfAnotherSize_namingWhoHasTheFirst() throws Exception {
    ConnectionSpec other =
        ConnectionSpec.of(TARGET.jdbcUrl()).withRun("r1").withCeiling(new Ceiling("night", 7));
    try (Connection held = other.connect("plan")) {
      assertThat(
              console.run(
                  "sync",
                  "--source=" + SOURCE.jdbcUrl(),
                  "--table=station",
                  "--target=" + TARGET.jdbcUrl(),
                  "--max-connections=8",
                  "--pool=night"))
          .isEqualTo(ExitCode.FAILED);
      assertThat(held.isValid(5)).isTrue();
    }
    assertThat(console.err())
        .contains("Cannot take 8 connections as the ceiling of pool night: millrace plan r1 ")
        .contains(" takes 7 (must be the same)");
  }

  @Test
  void sync_shouldCopyEveryRow_belowALowCeiling() throws Exception {
    assertThat(
            console.run(
                "sync",
                "--source=" + SOURCE.jdbcUrl(),
                "--table=station",
                "--target=" + TARGET.jdbcUrl(),
                "--mode=ledger",
                "--parallelism=4",
                "--max-connections=2"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);
    assertThat(TARGET.value("SELECT count(*) FROM station", Long.class)).isEqualTo(1000);
  }
}
