// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.CsvLine;
import dev.millrace.pipelines.airquality.csv.CsvReader;
import dev.millrace.pipelines.airquality.csv.Uci;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedDataTest {
  private final Path folder;

  GeneratedDataTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void writeTo_shouldResembleTheRealDataInItsOddities() {
    GeneratedData.ofSeed(1).writeTo(folder);

    List<CsvFile> files = CsvFile.in(folder, Uci.FILES);
    Map<String, Integer> counts = new HashMap<>();
    for (CsvFile file : files) {
      count(file, counts);
    }

    assertThat(files).hasSize(12);
    assertThat(counts).containsEntry("rows", 420_768).containsEntry("scientific", 7);
    Map<String, Double> missing = // the real counts
        Map.of(
            "PM2.5", 8_739.0, "PM10", 6_449.0, "SO2", 9_021.0, "NO2", 12_116.0, "CO", 20_701.0,
            "O3", 13_277.0, "TEMP", 398.0, "wd", 1_822.0);
    missing.forEach(
        (column, real) ->
            assertThat(counts.getOrDefault(column, 0).doubleValue())
                .as(column)
                .isCloseTo(real, within(real / 4)));
    assertThat(counts.getOrDefault("impossible", 0) / 411_813.0).isCloseTo(0.0518, within(0.005));
    assertThat(counts.get("many decimals")).isCloseTo(687, within(200));
    assertThat(counts.get("odd gas")).isCloseTo(14_393, within(2_000));
  }

  private static void count(CsvFile file, Map<String, Integer> counts) {
    try (CsvReader reader = file.open(Uci.COLUMNS)) {
      for (CsvLine line = reader.next(); line != null; line = reader.next()) {
        List<String> fields = ((CsvLine.Read) line).fields();
        counts.merge("rows", 1, Integer::sum);
        for (int i = 0; i < fields.size(); i++) {
          if (fields.get(i).equals(Uci.MISSING)) {
            counts.merge(Uci.COLUMNS.get(i), 1, Integer::sum);
          }
        }
        String temperature = fields.get(11);
        counts.merge("scientific", temperature.contains("e") ? 1 : 0, Integer::sum);
        counts.merge("many decimals", temperature.length() > 12 ? 1 : 0, Integer::sum);
        counts.merge("odd gas", fields.get(10).contains(".") ? 1 : 0, Integer::sum);
        if (!fields.get(5).equals(Uci.MISSING) && !fields.get(6).equals(Uci.MISSING)) {
          boolean above =
              new BigDecimal(fields.get(5)).compareTo(new BigDecimal(fields.get(6))) > 0;
          counts.merge("impossible", above ? 1 : 0, Integer::sum);
        }
      }
    }
  }

  @Test
  void writeTo_shouldWriteTheSameBytesForTheSameSeed() throws IOException {
    GeneratedData data = GeneratedData.ofSeed(7).withStations(2).withHours(200);
    data.writeTo(folder.resolve("a"));
    data.writeTo(folder.resolve("b"));
    GeneratedData.ofSeed(8).withStations(2).withHours(200).writeTo(folder.resolve("c"));

    for (CsvFile file : CsvFile.in(folder.resolve("a"), Uci.FILES)) {
      assertThat(Path.of(file.location()))
          .hasSameBinaryContentAs(folder.resolve("b/" + file.name()));
      assertThat(Files.mismatch(Path.of(file.location()), folder.resolve("c/" + file.name())))
          .isNotNegative();
    }
  }

  @Test
  void withStations_shouldRefuseMoreThanThereAre() {
    GeneratedData data = GeneratedData.ofSeed(1);

    assertThatThrownBy(() -> data.withStations(13))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid stations: 13 (must be 1 to 12)");
    assertThatThrownBy(() -> data.withHours(0)).hasMessage("Invalid hours: 0 (must be 1 or more)");
  }
}
