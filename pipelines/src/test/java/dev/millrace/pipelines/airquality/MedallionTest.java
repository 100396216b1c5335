// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.cache.CachedLookup;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.write.WriteTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** All three pipelines over all the data, against what a naive reading of the files counts. */
class MedallionTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final List<String> MEASURES =
      List.of(
          "pm25", "pm10", "so2", "no2", "co", "o3", "temp", "pres", "dewp", "rain", "wd", "wspm");

  private static final Map<String, Stage.Counts> counts = new TreeMap<>();
  private static Path data = Path.of("");
  private static Profile expected = new Profile();

  /** Counts by cutting lines at commas: these files quote, but never a comma. */
  private static final class Profile {
    private final Map<String, List<Integer>> missing = new TreeMap<>();
    private BigDecimal pm25 = BigDecimal.ZERO;
    private int pm25Cells;
    private int flagged;
    private int rows;

    void add(Path file) throws IOException {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
        lines.lines().skip(1).map(line -> line.replace("\"", "").split(",", -1)).forEach(this::add);
      }
    }

    private void add(String[] cells) {
      rows++;
      List<Integer> counts =
          missing.computeIfAbsent(
              cells[17], station -> new ArrayList<>(MEASURES.stream().map(name -> 0).toList()));
      for (int i = 0; i < MEASURES.size(); i++) {
        counts.set(i, counts.get(i) + (cells[5 + i].equals("NA") ? 1 : 0));
      }
      if (!cells[5].equals("NA")) {
        pm25 = pm25.add(new BigDecimal(cells[5]));
        pm25Cells++;
        boolean above =
            !cells[6].equals("NA") && decimal(cells[5]).compareTo(decimal(cells[6])) > 0;
        flagged += above ? 1 : 0;
      }
    }

    private static BigDecimal decimal(String text) {
      return new BigDecimal(text);
    }
  }

  @BeforeAll
  static void runAllThree(@TempDir Path folder) throws IOException, SQLException {
    data = RealData.orGenerated(folder);
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".csv.gz")).toList()) {
        expected.add(file);
      }
    }
    AirQuality airQuality = AirQuality.in(ConnectionSpec.of(postgres.jdbcUrl()));
    run(airQuality.bronze(data));
    run(airQuality.silver());
    run(airQuality.gold());
  }

  private static void run(Stage stage) throws SQLException {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    stage.applyTo(pipeline);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    counts.put(stage.name(), stage.counts(result));
  }

  @Test
  void run_shouldCountEveryRowAndRejectNone() {
    assertThat(expected.rows).isEqualTo(420_768);
    assertThat(counts.get("bronze"))
        .isEqualTo(new Stage.Counts(420_768, written("bronze_measurement", "bronze_reject"), 0));
    assertThat(counts.get("silver"))
        .isEqualTo(new Stage.Counts(420_768, written("silver_hour", "silver_reject"), 0));
  }

  private static Map<String, Long> written(String rows, String rejects) {
    return Map.of(rows, 420_768L, rejects, 0L);
  }

  @Test
  void silver_shouldHoldOneRowForEachStationAndHour() throws SQLException {
    assertThat(number("SELECT count(*) FROM bronze_measurement")).isEqualTo(420_768);
    assertThat(number("SELECT count(*) FROM silver_hour")).isEqualTo(420_768);
    assertThat(number("SELECT count(DISTINCT station) FROM silver_hour")).isEqualTo(12);
    assertThat(number("SELECT count(DISTINCT hour) FROM silver_hour")).isEqualTo(35_064);
    assertThat(number("SELECT count(*) FROM bronze_reject")).isZero();
    assertThat(number("SELECT count(*) FROM silver_reject")).isZero();
  }

  @Test
  void silver_shouldHoldNullWhereTheFilesSayMissing() throws SQLException {
    String nulls =
        MEASURES.stream()
            .map(column -> "count(*) - count(" + column + ")")
            .collect(Collectors.joining(", "));
    Map<String, List<Integer>> found = new TreeMap<>();
    postgres.query(
        "SELECT station, " + nulls + " FROM silver_hour GROUP BY station",
        row -> {
          List<Integer> of = new ArrayList<>();
          for (int i = 0; i < MEASURES.size(); i++) {
            of.add(row.getInt(2 + i));
          }
          return found.put(row.getString(1), of);
        });

    assertThat(found).isEqualTo(expected.missing);
  }

  /** What is known of the data from elsewhere: the naive reading above could be wrong as well. */
  @Test
  void profile_shouldEqualWhatIsKnownOfTheData() throws IOException {
    if (RealData.folder().isEmpty()) {
      assertThat(expected.flagged / 411_813.0).isCloseTo(0.0518, within(0.005));
      return;
    }
    assertThat(expected.pm25).isEqualByComparingTo("32877206.4");
    assertThat(expected.pm25Cells).isEqualTo(412_029);
    assertThat(expected.flagged).isEqualTo(21_312);
    Path profile = data.resolve("profile.csv");
    if (Files.exists(profile)) {
      assertThat(expected.missing).isEqualTo(published(profile));
    }
  }

  private static Map<String, List<Integer>> published(Path profile) throws IOException {
    Map<String, List<Integer>> published = new TreeMap<>();
    for (String line : Files.readAllLines(profile)) {
      String[] cells = line.split(",", -1);
      if (!cells[0].equals("station") && !cells[0].equals("TOTAL")) {
        published.put(
            cells[0], Stream.of(cells).skip(2).map(Integer::valueOf).collect(Collectors.toList()));
      }
    }
    return published;
  }

  @Test
  void silver_shouldKeepEveryDigit() throws SQLException {
    assertThat(postgres.value("SELECT sum(pm25) FROM silver_hour", BigDecimal.class))
        .isEqualTo(expected.pm25);
    assertThat(number("SELECT count(pm25) FROM silver_hour")).isEqualTo(expected.pm25Cells);
    assertThat(number("SELECT count(*) FROM silver_hour WHERE temp = -2.77555756156289e-17"))
        .isEqualTo(7);
    // Every number reads back as it was written, but for the scientific notation.
    assertThat(
            number(
                """
                SELECT count(*) FROM bronze_measurement b JOIN silver_hour s USING (file, line)
                WHERE b.temp NOT IN ('NA', s.temp::text) AND b.temp NOT LIKE '%e%'
                   OR b.pres NOT IN ('NA', s.pres::text)
                   OR b.so2 NOT IN ('NA', s.so2::text)
                   OR b.o3 NOT IN ('NA', s.o3::text)
                """))
        .isZero();
  }

  @Test
  void silver_shouldFlagParticlesThatCannotBe() throws SQLException {
    assertThat(number("SELECT count(*) FROM silver_hour WHERE pm25_above_pm10"))
        .isEqualTo(expected.flagged)
        .isGreaterThan(20_000);
    assertThat(
            number(
                """
                SELECT count(*) FROM silver_hour
                WHERE (pm25_above_pm10 IS NULL) <> (pm25 IS NULL OR pm10 IS NULL)
                """))
        .isZero();
  }

  /** The averages again, by the database's own window functions over its own numbers. */
  @Test
  void silver_shouldHoldTheAveragesThatTheDatabaseComputes() throws SQLException {
    assertThat(
            number(
                """
                SELECT count(*) FROM (
                  SELECT pm25_24h, co_ppm_8h, so2_ppb_24h,
                    CASE WHEN count(pm25) OVER day >= 18
                      THEN trunc(sum(pm25) OVER day / count(pm25) OVER day, 6) END AS pm25_mean,
                    CASE WHEN count(co) OVER eight >= 6
                      THEN trunc(sum(co) OVER eight / (count(co) OVER eight * 1249), 6) END AS co_mean,
                    CASE WHEN count(so2) OVER day >= 18
                      THEN trunc(sum(so2) OVER day / (count(so2) OVER day * 2.856), 6) END AS so2_mean
                  FROM silver_hour
                  WINDOW day AS (PARTITION BY station ORDER BY hour ROWS 23 PRECEDING),
                    eight AS (PARTITION BY station ORDER BY hour ROWS 7 PRECEDING)
                ) again
                WHERE pm25_24h IS DISTINCT FROM pm25_mean
                  OR co_ppm_8h IS DISTINCT FROM co_mean
                  OR so2_ppb_24h IS DISTINCT FROM so2_mean
                """))
        .isZero();
  }

  @Test
  void silver_shouldTakeTheHighestIndex() throws SQLException {
    assertThat(
            number(
                """
                SELECT count(*) FROM silver_hour
                WHERE aqi IS DISTINCT FROM greatest(
                  index_pm25, index_pm10, index_o3, index_no2, index_so2, index_co)
                """))
        .isZero();
    assertThat(number("SELECT count(aqi) FROM silver_hour")).isGreaterThan(400_000);
  }

  @Test
  void gold_shouldHoldADayForEachStationAndTheCity() throws SQLException {
    assertThat(number("SELECT count(*) FROM gold_station_day")).isEqualTo(12 * 1_461);
    assertThat(number("SELECT count(*) FROM gold_city_day")).isEqualTo(1_461);
    assertThat(number("SELECT count(*) FROM gold_month_ranking")).isEqualTo(12 * 48);
    assertThat(number("SELECT sum(hours_valid) FROM gold_station_day"))
        .isEqualTo(number("SELECT count(aqi) FROM silver_hour"));
    assertThat(number("SELECT sum(hours_hazardous) FROM gold_city_day"))
        .isEqualTo(number("SELECT count(*) FROM silver_hour WHERE aqi > 300"));
    assertThat(
            number(
                """
                SELECT count(*) FROM gold_city_day c
                WHERE aqi IS DISTINCT FROM (SELECT max(aqi) FROM gold_station_day s
                                            WHERE s.day = c.day)
                """))
        .isZero();
  }

  /** Runs again, by numbering hours and exceedances apart: within a run the difference stays. */
  @Test
  void gold_shouldHoldTheRunsThatTheDatabaseFinds() throws SQLException {
    String again =
        """
        SELECT station, min(hour) AS first_hour, max(hour) AS last_hour, count(*)::int AS hours,
          max(aqi) AS peak_aqi
        FROM (SELECT station, hour, aqi, hour - row_number() OVER (
                PARTITION BY station ORDER BY hour) * interval '1 hour' AS island
              FROM silver_hour WHERE aqi > 150) above
        GROUP BY station, island
        """;
    String held = "SELECT station, first_hour, last_hour, hours, peak_aqi FROM gold_exceedance_run";

    assertThat(number("SELECT count(*) FROM gold_exceedance_run")).isGreaterThan(1_000);
    assertThat(number("SELECT count(*) FROM (" + held + " EXCEPT " + again + ") x")).isZero();
    assertThat(number("SELECT count(*) FROM (" + again + " EXCEPT " + held + ") x")).isZero();
  }

  @Test
  void highlights_shouldNameARowOfEachGoldTable() throws SQLException {
    Highlights highlights = AirQuality.in(ConnectionSpec.of(postgres.jdbcUrl())).highlights();

    assertThat(requireNonNull(highlights.worstDay()).aqi())
        .isEqualTo(postgres.value("SELECT max(aqi) FROM gold_city_day", Integer.class));
    assertThat(requireNonNull(highlights.longestRun()).hours())
        .isEqualTo(postgres.value("SELECT max(hours) FROM gold_exceedance_run", Integer.class));
    assertThat(requireNonNull(highlights.cleanestMonth()).meanAqi())
        .isEqualTo(
            postgres.value(
                "SELECT min(mean_aqi) FROM gold_month_ranking WHERE days >= 20", BigDecimal.class));
  }

  /**
   * Puts the weather, kept once for all stations that share it, beside the pollution again: by the
   * station its series, and by series and hour its weather.
   */
  @Test
  void lookups_shouldBringTheWeatherBack() throws SQLException {
    String weather = "temp, pres, dewp, rain, wd, wspm";
    String pollution = "station, hour, pm25, pm10, so2, no2, co, o3";
    postgres.execute(
        """
        CREATE TABLE station AS SELECT DISTINCT station, CASE
            WHEN station = 'Guanyuan' THEN 'Aotizhongxin'
            WHEN station = 'Dingling' THEN 'Changping'
            WHEN station IN ('Tiantan', 'Nongzhanguan') THEN 'Dongsi'
            ELSE station END AS series FROM silver_hour""",
        "ALTER TABLE station ADD PRIMARY KEY (station)",
        "CREATE TABLE weather AS SELECT station AS series, hour, "
            + weather
            + " FROM silver_hour WHERE station IN (SELECT series FROM station)",
        "ALTER TABLE weather ADD PRIMARY KEY (series, hour)",
        "CREATE TABLE pollution AS SELECT " + pollution + " FROM silver_hour",
        "ALTER TABLE pollution ADD PRIMARY KEY (station, hour)",
        "ANALYZE station, weather, pollution",
        "CREATE TABLE whole AS SELECT p.*, w.series, "
            + weather
            + " FROM pollution p, weather w WITH NO DATA");
    ConnectionSpec database = ConnectionSpec.of(postgres.jdbcUrl());
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    pipeline
        .apply(ReadTable.from(database, "pollution"))
        .apply("Stations", CachedLookup.in(database, "station"))
        .apply("Weather", CachedLookup.in(database, "weather"))
        .apply(WriteTable.into(database, "whole"));
    pipeline.run().waitUntilFinish();

    String back = "SELECT " + pollution + ", " + weather + " FROM ";
    assertThat(number("SELECT count(*) FROM weather")).isEqualTo(280_512);
    assertThat(number("SELECT count(*) FROM whole")).isEqualTo(420_768);
    long others =
        number("SELECT count(*) FROM (%1$swhole EXCEPT %1$ssilver_hour) x".formatted(back));
    if (RealData.folder().isPresent()) {
      // 3 hours of Guanyuan, 13 of Dingling and 3 of Nongzhanguan have weather of their own.
      assertThat(others).isEqualTo(19);
    } else {
      // Generated stations share none.
      assertThat(others).isBetween(4 * 35_000L, 4 * 35_064L);
    }
  }

  private static long number(String sql) throws SQLException {
    return postgres.value(sql, Long.class);
  }
}
