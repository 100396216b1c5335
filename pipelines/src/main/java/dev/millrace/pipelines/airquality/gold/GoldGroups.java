// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What is made of the rows of one group: the reckoning of {@link Gold}, for whoever groups rows
 * otherwise. Each holds all rows of its group.
 */
public final class GoldGroups {
  private GoldGroups() {}

  /**
   * A station's days, as rows of {@link Tables#GOLD_STATION_DAY} in order of the day.
   *
   * @param silver the station's hours of whole days, with the columns {@link Gold#INPUT}, in any
   *     order
   */
  public static Block stationDays(String station, Iterable<Block> silver) {
    TableRows days = new TableRows(Tables.GOLD_STATION_DAY);
    byDay(hours(silver), hour -> hour.hour().toLocalDate())
        .forEach((day, ofDay) -> GoldRows.add(days, StationDay.of(station, day, ofDay)));
    return days.take();
  }

  /**
   * A station's runs of exceedance, as rows of {@link Tables#GOLD_EXCEEDANCE_RUN}; perhaps none.
   *
   * @param silver the station's hours of exceedance, and perhaps others, with the columns {@link
   *     Gold#INPUT}, in any order
   * @param above the index that a run stays above, 0 or more
   */
  public static Block runs(Iterable<Block> silver, int above) {
    TableRows rows = new TableRows(Tables.GOLD_EXCEEDANCE_RUN);
    ExceedanceRun.in(hours(silver), above).forEach(run -> GoldRows.add(rows, run));
    return rows.take();
  }

  /**
   * The city's days, as rows of {@link Tables#GOLD_CITY_DAY} in order of the day.
   *
   * @param stationDays of all stations, with the columns of {@link Tables#GOLD_STATION_DAY}
   */
  public static Block cityDays(Iterable<Block> stationDays) {
    TableRows rows = new TableRows(Tables.GOLD_CITY_DAY);
    byDay(days(stationDays), StationDay::day)
        .forEach((day, ofDay) -> GoldRows.add(rows, Uci.CITY, CityDay.of(day, ofDay)));
    return rows.take();
  }

  /**
   * The stations of a month by rank, as rows of {@link Tables#GOLD_MONTH_RANKING}; perhaps none.
   *
   * @param stationDays of all stations in the month, with the columns of {@link
   *     Tables#GOLD_STATION_DAY}
   */
  public static Block ranking(YearMonth month, Iterable<Block> stationDays) {
    TableRows rows = new TableRows(Tables.GOLD_MONTH_RANKING);
    LocalDate first = month.atDay(1);
    RankedStation.rank(days(stationDays)).forEach(ranked -> GoldRows.add(rows, first, ranked));
    return rows.take();
  }

  private static List<StationDay> days(Iterable<Block> blocks) {
    return all(blocks, block -> new GoldRows(block)::stationDay);
  }

  private static List<IndexedHour> hours(Iterable<Block> blocks) {
    List<IndexedHour> hours = all(blocks, block -> new GoldRows(block)::hour);
    hours.sort(Comparator.comparing(IndexedHour::hour));
    return hours;
  }

  private static <T> Map<LocalDate, List<T>> byDay(List<T> all, Function<T, LocalDate> day) {
    Map<LocalDate, List<T>> byDay = new TreeMap<>();
    for (T each : all) {
      byDay.computeIfAbsent(day.apply(each), date -> new ArrayList<>()).add(each);
    }
    return byDay;
  }

  private static <T> List<T> all(
      Iterable<Block> blocks, Function<Block, Function<Integer, T>> reader) {
    List<T> all = new ArrayList<>();
    for (Block block : blocks) {
      Function<Integer, T> rows = reader.apply(block);
      for (int i = 0; i < block.rows(); i++) {
        all.add(rows.apply(i));
      }
    }
    return all;
  }
}
