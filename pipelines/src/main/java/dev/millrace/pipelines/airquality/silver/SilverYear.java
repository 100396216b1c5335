// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.index.Category;
import dev.millrace.pipelines.airquality.index.HourIndex;
import dev.millrace.pipelines.airquality.index.Pollutant;
import dev.millrace.pipelines.airquality.index.SubIndices;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDateTime;

/**
 * What is made of the bronze rows of one station and year: the reckoning of {@link Silver}, for
 * whoever groups rows otherwise.
 *
 * @param rows of {@link Tables#SILVER_HOUR}, in order of the hour; perhaps none
 * @param rejects of {@link Tables#SILVER_REJECT}; perhaps none
 */
public record SilverYear(Block rows, Block rejects) {

  /**
   * Types rows and computes their averages and indices. Holds all of them.
   *
   * @param year that is written
   * @param window of which hours are written
   * @param bronze rows of {@link Tables#BRONZE_MEASUREMENT} of one station, in any order: those of
   *     the year and of the last day before it
   */
  public static SilverYear of(int year, Hours window, Iterable<Block> bronze) {
    SilverRejects rejects = new SilverRejects();
    StationYearHours hours = new StationYearHours(year, window);
    HourParser parser = new HourParser(rejects::add);
    HourParser silent = new HourParser(reject -> {});
    for (Block block : bronze) {
      for (int i = 0; i < block.rows(); i++) {
        BronzeRow row = new BronzeRow(block, i);
        LocalDateTime at = silent.hour(row);
        // What is odd in a row is said once, by the year that writes it.
        Hour hour = at == null ? null : (hours.owns(at) ? parser : silent).parse(row, at);
        if (hour != null) {
          hours.add(hour);
        }
      }
    }
    TableRows rows = new TableRows(Tables.SILVER_HOUR);
    hours.compute((hour, index) -> add(rows, hour, index), rejects::add);
    return new SilverYear(rows.take(), rejects.take());
  }

  private static void add(TableRows rows, Hour hour, HourIndex index) {
    SubIndices indices = index.indices();
    Pollutant dominant = indices.dominant();
    Integer aqi = indices.overall();
    rows.add(
        hour.station(),
        hour.hour(),
        hour.measured().pm25(),
        hour.measured().pm10(),
        hour.measured().so2(),
        hour.measured().no2(),
        hour.measured().co(),
        hour.measured().o3(),
        hour.weather().temperature(),
        hour.weather().pressure(),
        hour.weather().dewPoint(),
        hour.weather().rain(),
        hour.weather().windDirection(),
        hour.weather().windSpeed(),
        hour.measured().pm25AbovePm10(),
        index.so2Ppb(),
        index.no2Ppb(),
        index.coPpm(),
        index.o3Ppm(),
        index.pm25Day(),
        index.pm10Day(),
        index.so2PpbDay(),
        index.coPpm8h(),
        index.o3Ppm8h(),
        indices.pm25(),
        indices.pm10(),
        indices.o3(),
        indices.no2(),
        indices.so2(),
        indices.co(),
        aqi,
        dominant == null ? null : dominant.label(),
        aqi == null ? null : Category.of(aqi).label(),
        hour.file(),
        hour.line());
  }
}
