// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.table.Partition;
import dev.millrace.pipelines.airquality.table.StationYear;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.io.Serializable;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/** The steps of {@link Gold}: each unpacks blocks, leaves the reckoning to plain classes, packs. */
final class GoldFns {
  private GoldFns() {}

  /** The key that a row is dealt to; null for none. */
  @FunctionalInterface
  interface KeyOf extends Serializable {
    @Nullable String of(GoldRows rows, int row);
  }

  /** Deals rows out by key. */
  static final class Deal extends DoFn<Block, KV<String, Block>> {
    private final KeyOf key;

    Deal(KeyOf key) {
      this.key = key;
    }

    @ProcessElement
    public void process(@Element Block block, OutputReceiver<KV<String, Block>> out) {
      Partition partition = new Partition(block.schema());
      GoldRows rows = new GoldRows(block);
      for (int i = 0; i < block.rows(); i++) {
        String to = key.of(rows, i);
        if (to != null) {
          partition.add(to, block, i);
        }
      }
      partition.forEach((to, part) -> out.output(KV.of(to, part)));
    }
  }

  /** Reckons the days of a station's year. */
  static final class StationDays extends DoFn<KV<String, Iterable<Block>>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, OutputReceiver<Block> out) {
      String station = StationYear.parse(group.getKey()).station();
      TableRows days = new TableRows(Tables.GOLD_STATION_DAY);
      byDay(hours(group.getValue()), hour -> hour.hour().toLocalDate())
          .forEach((day, ofDay) -> GoldRows.add(days, StationDay.of(station, day, ofDay)));
      out.output(days.take());
    }
  }

  /** Finds a station's runs. */
  static final class Runs extends DoFn<KV<String, Iterable<Block>>, Block> {
    private final int above;

    Runs(int above) {
      this.above = above;
    }

    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, OutputReceiver<Block> out) {
      TableRows rows = new TableRows(Tables.GOLD_EXCEEDANCE_RUN);
      ExceedanceRun.in(hours(group.getValue()), above).forEach(run -> GoldRows.add(rows, run));
      if (rows.rows() > 0) {
        out.output(rows.take());
      }
    }
  }

  /** Reckons the city's days of a month and ranks its stations. */
  static final class CityMonth extends DoFn<KV<String, Iterable<Block>>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, MultiOutputReceiver out) {
      List<StationDay> days = all(group.getValue(), block -> new GoldRows(block)::stationDay);
      TableRows cityDays = new TableRows(Tables.GOLD_CITY_DAY);
      byDay(days, StationDay::day)
          .forEach((day, ofDay) -> GoldRows.add(cityDays, Uci.CITY, CityDay.of(day, ofDay)));
      out.get(Gold.CITY_DAYS).output(cityDays.take());

      LocalDate month = YearMonth.parse(group.getKey()).atDay(1);
      TableRows ranking = new TableRows(Tables.GOLD_MONTH_RANKING);
      RankedStation.rank(days).forEach(ranked -> GoldRows.add(ranking, month, ranked));
      if (ranking.rows() > 0) {
        out.get(Gold.RANKING).output(ranking.take());
      }
    }
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
