// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.runners.TestConsole;
import dev.millrace.testing.PostgresExtension;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrichCommandTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int VISITS = 5_000;

  private final TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws SQLException {
    POSTGRES.renew();
    POSTGRES.execute(
        "CREATE TABLE station (id int PRIMARY KEY, name text, city text)",
        "INSERT INTO station SELECT i, 'S' || i, 'C' FROM generate_series(1, 300) i",
        "CREATE TABLE price (id int, since timestamptz, amount int, PRIMARY KEY (id, since))",
        "INSERT INTO price SELECT i, timestamptz '2020-01-01' + d * interval '1 day', d"
            + " FROM generate_series(1, 300) i, generate_series(0, 9) d",
        "CREATE TABLE visit (visit int PRIMARY KEY, station int, at timestamptz)",
        "INSERT INTO visit SELECT i, i % 350, timestamptz '2020-01-01' + i * interval '2 min'"
            + " FROM generate_series(1, %d) i".formatted(VISITS),
        "CREATE TABLE seen (visit int PRIMARY KEY, station int, at timestamptz, name text)");
  }

  private int enrich(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "enrich",
                "--source=" + POSTGRES.jdbcUrl(),
                "--table=visit",
                "--on=station",
                "--target=" + POSTGRES.jdbcUrl(),
                "--into=seen",
                "--json"));
    words.addAll(List.of(more));
    return console.run(words.toArray(String[]::new));
  }

  private static void assertSeen(String join) throws SQLException {
    assertThat(POSTGRES.differences(join, "TABLE seen")).isZero();
  }

  @Test
  void enrich_shouldWriteTheJoin_andTellWhatTheCacheDid() throws Exception {
    assertThat(enrich("--lookup=station", "--add=name")).as(console.err()).isZero();
    assertSeen("SELECT v.*, s.name FROM visit v LEFT JOIN station s ON s.id = v.station");
    JsonNode summary = console.json();
    assertThat(summary.get("rows_written").asLong()).isEqualTo(VISITS);
    assertThat(summary.get("rows_unmatched").asLong())
        .isEqualTo(
            POSTGRES.value(
                "SELECT count(*) FROM visit WHERE station NOT IN (SELECT id FROM station)",
                Long.class));
    assertThat(summary.get("keys_asked").asLong()).isEqualTo(350);
  }

  @Test
  void enrich_shouldLeaveOutWhatHasNothing_inner() throws Exception {
    assertThat(enrich("--lookup=station", "--add=name", "--inner")).as(console.err()).isZero();
    assertSeen("SELECT v.*, s.name FROM visit v JOIN station s ON s.id = v.station");
  }

  @Test
  void enrich_shouldFindWhatWasValid_asOf() throws Exception {
    POSTGRES.execute("ALTER TABLE seen DROP name, ADD amount int");
    assertThat(
            enrich(
                "--lookup=price",
                "--as-of=at",
                "--valid-from=since",
                "--add=amount",
                "--key=visit"))
        .as(console.err())
        .isZero();
    assertSeen(
        "SELECT v.*, (SELECT amount FROM price p WHERE p.id = v.station AND p.since <= v.at"
            + " ORDER BY p.since DESC LIMIT 1) FROM visit v");
  }

  // The direct runner may close the cache after the end: nothing is deleted under it.
  @Test
  void nextRun_shouldFindOnDiskWhatTheOneBeforeAskedFor(
      @TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
    String disk = "--disk=" + folder;
    assertThat(enrich("--lookup=station", "--add=name", "--key=visit", disk)).isZero();
    assertThat(enrich("--lookup=station", "--add=name", "--key=visit", disk)).isZero();
    assertThat(console.json().get("keys_asked").asLong()).isZero();
    JsonNode served = console.json().get("keys_served");
    // By the heap where the first run's cache is not closed yet.
    assertThat(served.get("disk").asLong() + served.get("heap").asLong())
        .isGreaterThanOrEqualTo(350);
  }

  @Test
  void enrich_shouldWriteTheSame_withoutCache() throws Exception {
    assertThat(enrich("--lookup=station", "--add=name", "--no-cache")).as(console.err()).isZero();
    assertSeen("SELECT v.*, s.name FROM visit v LEFT JOIN station s ON s.id = v.station");
    assertThat(console.json().has("keys_asked")).isFalse();
  }

  @Test
  void dryRun_shouldWriteNothing() throws Exception {
    assertThat(enrich("--lookup=station", "--add=name", "--dry-run")).as(console.err()).isZero();
    assertThat(POSTGRES.value("SELECT count(*) FROM seen", Long.class)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--lookup=nowhere; nowhere",
        "--lookup=station --add=nothing; nothing",
        "--lookup=station --as-of=at; --valid-from",
        "--lookup=station --valid-from=since; --as-of",
        "--lookup=station --no-cache --redis=redis://localhost:1; --no-cache",
        "--lookup=station --heap=much; --heap",
        "--lookup=station --keep=0s; --keep",
        "--lookup=station --detached; --detached",
        "--lookup=station; city"
      })
  void enrich_shouldRefuseInOneSentence(String options, String named) throws Exception {
    assertThat(enrich(options.split(" "))).isNotZero();
    assertThat(console.err().lines().toList()).hasSize(1).first().asString().contains(named);
    assertThat(POSTGRES.value("SELECT count(*) FROM seen", Long.class)).isZero();
  }
}
