// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.runners.TestConsole;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backfills of two stations, from March to the ninth of April of 2013: windows of two months. */
abstract class Backfills {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  static final int ROWS = 2 * 24 * 40;

  /** Of the medallion. */
  static final List<String> TABLES =
      Stream.of(Tables.BRONZE, Tables.SILVER, Tables.GOLD)
          .flatMap(List::stream)
          .map(Table::name)
          .toList();

  final Path data;
  TestConsole console = new TestConsole();

  Backfills(Path folder) {
    data = folder.resolve("data");
  }

  @BeforeEach
  void deliver() throws SQLException, IOException {
    postgres.execute(
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "DROP SCHEMA IF EXISTS millrace CASCADE");
    Files.createDirectories(data);
    GeneratedData.ofSeed(4).withStations(2).withHours(24 * 40).writeTo(data);
  }

  /** Runs the command in this JVM. */
  int backfill(String... more) {
    console = new TestConsole();
    return console.run(words(more).toArray(String[]::new));
  }

  /** The command, with what is given more or in another way. */
  final List<String> words(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "backfill",
                "--from=2013-03-01",
                "--to=2013-04-30",
                "--target=" + postgres.jdbcUrl(),
                "--data=" + data,
                "--json"));
    for (String word : more) {
      words.removeIf(
          given ->
              word.contains("=") && given.startsWith(word.substring(0, word.indexOf('=') + 1)));
      words.add(word);
    }
    return words;
  }

  static long unfinished() throws SQLException {
    return postgres.value(
        "SELECT count(*) FROM millrace.unit WHERE state NOT IN ('done', 'skipped')", Long.class);
  }

  /** Of the last run. */
  JsonNode summary() throws IOException {
    return console.json();
  }

  JsonNode stage(String name) throws IOException {
    return summary().required("units").required(name);
  }

  void assertUnits(String stage, int units, int done, int unchanged, int failed)
      throws IOException {
    JsonNode told = stage(stage);
    assertThat(
            List.of(
                told.required("units").asInt(),
                told.required("done").asInt(),
                told.required("unchanged").asInt(),
                told.required("failed").asInt()))
        .as(stage + " of " + summary())
        .containsExactly(units, done, unchanged, failed);
  }
}
