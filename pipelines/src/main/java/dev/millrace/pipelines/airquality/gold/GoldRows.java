// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import dev.millrace.pipelines.airquality.index.Category;
import dev.millrace.pipelines.airquality.index.Pollutant;
import dev.millrace.pipelines.airquality.index.SubIndices;
import dev.millrace.pipelines.airquality.table.TableRows;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of the gold layer, column by column name. */
final class GoldRows {
  private static final Map<Pollutant, String> INDEX = new EnumMap<>(Pollutant.class);
  private static final Map<Category, String> HOURS = new EnumMap<>(Category.class);

  static {
    INDEX.put(Pollutant.PM25, "index_pm25");
    INDEX.put(Pollutant.PM10, "index_pm10");
    INDEX.put(Pollutant.O3, "index_o3");
    INDEX.put(Pollutant.NO2, "index_no2");
    INDEX.put(Pollutant.SO2, "index_so2");
    INDEX.put(Pollutant.CO, "index_co");
    HOURS.put(Category.GOOD, "hours_good");
    HOURS.put(Category.MODERATE, "hours_moderate");
    HOURS.put(Category.SENSITIVE, "hours_sensitive");
    HOURS.put(Category.UNHEALTHY, "hours_unhealthy");
    HOURS.put(Category.VERY_UNHEALTHY, "hours_very_unhealthy");
    HOURS.put(Category.HAZARDOUS, "hours_hazardous");
  }

  private final Block block;
  private final BlockSchema schema;

  GoldRows(Block block) {
    this.block = block;
    this.schema = block.schema();
  }

  String station(int row) {
    return text("station", row);
  }

  /** A row of the silver table. */
  IndexedHour hour(int row) {
    return new IndexedHour(station(row), timestamp("hour", row), indices(row));
  }

  /** A row of the table of station days. */
  StationDay stationDay(int row) {
    CategoryHours hours = CategoryHours.NONE;
    for (Map.Entry<Category, String> column : HOURS.entrySet()) {
      hours = hours.plus(column.getKey(), integer(column.getValue(), row));
    }
    LocalDate day = (LocalDate) present("day", row);
    return new StationDay(text("station", row), day, indices(row), hours);
  }

  static void add(TableRows rows, StationDay day) {
    rows.add(indexed(day.station(), day.day(), day.indices(), day.hours()));
  }

  static void add(TableRows rows, String city, CityDay day) {
    rows.add(
        indexed(city, day.day(), day.indices(), day.hours(), day.stations(), day.worstStation()));
  }

  static void add(TableRows rows, ExceedanceRun run) {
    rows.add(
        run.station(),
        run.above(),
        run.first(),
        run.last(),
        run.hours(),
        run.peak(),
        run.peakHour());
  }

  static void add(TableRows rows, LocalDate month, RankedStation ranked) {
    rows.add(
        month, ranked.station(), ranked.rank(), ranked.mean(), ranked.days(), ranked.highest());
  }

  private static @Nullable Object[] indexed(
      String place,
      LocalDate day,
      SubIndices indices,
      CategoryHours hours,
      @Nullable Object... more) {
    Integer aqi = indices.overall();
    Pollutant dominant = indices.dominant();
    @Nullable Object[] shared = {
      place,
      day,
      aqi,
      dominant == null ? null : dominant.label(),
      aqi == null ? null : Category.of(aqi).label(),
      indices.pm25(),
      indices.pm10(),
      indices.o3(),
      indices.no2(),
      indices.so2(),
      indices.co(),
      hours.valid(),
      hours.of(Category.GOOD),
      hours.of(Category.MODERATE),
      hours.of(Category.SENSITIVE),
      hours.of(Category.UNHEALTHY),
      hours.of(Category.VERY_UNHEALTHY),
      hours.of(Category.HAZARDOUS)
    };
    @Nullable Object[] row = Arrays.copyOf(shared, shared.length + more.length);
    System.arraycopy(more, 0, row, shared.length, more.length);
    return row;
  }

  private SubIndices indices(int row) {
    return new SubIndices(
        index(Pollutant.PM25, row),
        index(Pollutant.PM10, row),
        index(Pollutant.O3, row),
        index(Pollutant.NO2, row),
        index(Pollutant.SO2, row),
        index(Pollutant.CO, row));
  }

  private @Nullable Integer index(Pollutant pollutant, int row) {
    return (Integer) value(Objects.requireNonNull(INDEX.get(pollutant)), row);
  }

  private int integer(String column, int row) {
    return (Integer) present(column, row);
  }

  private String text(String column, int row) {
    return (String) present(column, row);
  }

  LocalDateTime timestamp(String column, int row) {
    return (LocalDateTime) present(column, row);
  }

  private Object present(String column, int row) {
    Object value = value(column, row);
    if (value == null) {
      throw new IllegalArgumentException("Invalid " + column + ": NULL (must be present)");
    }
    return value;
  }

  private @Nullable Object value(String column, int row) {
    return block.column(schema.indexOf(column)).value(row);
  }
}
