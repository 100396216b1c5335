// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.SmallDisk;
import dev.millrace.testing.SmallDiskServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of silver is full; there is room for the rest. */
class BackfillDiskFullTest {

  private final Path data;

  BackfillDiskFullTest(@TempDir Path folder) throws IOException {
    data = Files.createDirectory(folder.resolve("data"));
  }

  @Test
  void backfill_shouldNameWhatFailed_andMakeItWhenThereIsSpaceAgain(@TempDir Path disk)
      throws Exception {
    assumeThat(SmallDisk.canBeMounted(disk)).as(SmallDisk.ASSUMPTION).isTrue();
    GeneratedData.ofSeed(4).withStations(2).withHours(24 * 40).writeTo(data);
    try (SmallDiskServer server = SmallDiskServer.start(disk)) {
      assertThat(backfill(server).required("exit").asInt()).isEqualTo(ExitCode.DONE);
      server.execute(
          "CREATE TABLE right_hour AS TABLE silver_hour",
          "CREATE TABLE right_day AS TABLE gold_station_day",
          "TRUNCATE silver_hour, gold_station_day, gold_city_day, gold_month_ranking",
          "ALTER TABLE silver_hour SET TABLESPACE small");
      server.fill(2_010);

      JsonNode full = backfill(server);

      assertThat(full.required("exit").asInt()).isEqualTo(ExitCode.FAILED);
      assertThat(full.required("units").required("bronze").required("failed").asInt()).isZero();
      assertThat(full.required("failures"))
          .isNotEmpty()
          .allSatisfy(
              failure -> {
                assertThat(failure.required("stage").asText()).isEqualTo("silver");
                assertThat(failure.required("part").asText()).startsWith("2013-0");
                assertThat(failure.required("reason").asText())
                    .contains("the disk of the server is full");
              });
      server.execute("DROP TABLE ballast");
      assertThat(backfill(server).required("exit").asInt()).isEqualTo(ExitCode.DONE);
      assertThat(server.differences("TABLE silver_hour", "TABLE right_hour")).isZero();
      assertThat(server.differences("TABLE gold_station_day", "TABLE right_day")).isZero();
    }
  }

  private JsonNode backfill(SmallDiskServer server) throws IOException {
    TestConsole console = new TestConsole();
    int exit =
        console.run(
            "backfill",
            "--from=2013-03-01",
            "--to=2013-04-30",
            "--target=" + server.jdbcUrl(),
            "--data=" + data,
            "--json");
    ObjectNode json = (ObjectNode) console.json();
    return json.put("exit", exit);
  }
}
