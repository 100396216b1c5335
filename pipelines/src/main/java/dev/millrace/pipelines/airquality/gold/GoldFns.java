// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.table.Partition;
import dev.millrace.pipelines.airquality.table.StationYear;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** The steps of {@link Gold}: each unpacks blocks, leaves the reckoning to plain classes, packs. */
final class GoldFns {
  private GoldFns() {}

  /** Deals silver rows out to their station and year. */
  static final class ByStationYear extends DoFn<Block, KV<String, Block>> {
    @ProcessElement
    public void process(@Element Block block, OutputReceiver<KV<String, Block>> out) {
      Partition partition = new Partition(block.schema());
      GoldRows rows = new GoldRows(block);
      for (int i = 0; i < block.rows(); i++) {
        IndexedHour hour = rows.hour(i);
        partition.add(StationYear.of(hour.station(), hour.hour()).key(), block, i);
      }
      partition.forEach((key, part) -> out.output(KV.of(key, part)));
    }
  }

  /** Reckons the days and the runs of a station's year. */
  static final class Year extends DoFn<KV<String, Iterable<Block>>, Block> {
    private final int above;

    Year(int above) {
      this.above = above;
    }

    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, MultiOutputReceiver out) {
      StationYear key = StationYear.parse(group.getKey());
      List<IndexedHour> hours = all(group.getValue(), block -> new GoldRows(block)::hour);
      hours.sort(Comparator.comparing(IndexedHour::hour));
      Map<LocalDate, List<IndexedHour>> byDay = new TreeMap<>();
      for (IndexedHour hour : hours) {
        byDay.computeIfAbsent(hour.hour().toLocalDate(), day -> new ArrayList<>()).add(hour);
      }
      TableRows days = new TableRows(Tables.GOLD_STATION_DAY);
      byDay.forEach((day, ofDay) -> GoldRows.add(days, StationDay.of(key.station(), day, ofDay)));
      Block block = days.take();
      out.get(Gold.STATION_DAYS).output(block);
      out.get(Gold.DAYS_BY_YEAR).output(KV.of(Integer.toString(key.year()), block));

      List<ExceedanceRun> runs = ExceedanceRun.in(hours, above);
      if (!runs.isEmpty()) {
        out.get(Gold.RUNS_BY_STATION).output(KV.of(key.station(), block(runs)));
      }
    }
  }

  /** Reckons the city's days and ranks the stations of its months. */
  static final class CityYear extends DoFn<KV<String, Iterable<Block>>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, MultiOutputReceiver out) {
      List<StationDay> days = all(group.getValue(), block -> new GoldRows(block)::stationDay);
      Map<LocalDate, List<StationDay>> byDay = new TreeMap<>();
      for (StationDay day : days) {
        byDay.computeIfAbsent(day.day(), date -> new ArrayList<>()).add(day);
      }
      TableRows cityDays = new TableRows(Tables.GOLD_CITY_DAY);
      byDay.forEach((day, ofDay) -> GoldRows.add(cityDays, Uci.CITY, CityDay.of(day, ofDay)));
      out.get(Gold.CITY_DAYS).output(cityDays.take());

      Map<LocalDate, List<StationDay>> byMonth = new TreeMap<>();
      for (StationDay day : days) {
        byMonth.computeIfAbsent(day.day().withDayOfMonth(1), m -> new ArrayList<>()).add(day);
      }
      TableRows ranking = new TableRows(Tables.GOLD_MONTH_RANKING);
      byMonth.forEach(
          (month, ofMonth) ->
              RankedStation.rank(ofMonth).forEach(ranked -> GoldRows.add(ranking, month, ranked)));
      if (ranking.rows() > 0) {
        out.get(Gold.RANKING).output(ranking.take());
      }
    }
  }

  /** Joins a station's runs across the ends of years. */
  static final class JoinRuns extends DoFn<KV<String, Iterable<Block>>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, OutputReceiver<Block> out) {
      List<ExceedanceRun> runs = all(group.getValue(), block -> new GoldRows(block)::run);
      runs.sort(Comparator.comparing(ExceedanceRun::first));
      out.output(block(ExceedanceRun.joined(runs)));
    }
  }

  private static Block block(List<ExceedanceRun> runs) {
    TableRows rows = new TableRows(Tables.GOLD_EXCEEDANCE_RUN);
    runs.forEach(run -> GoldRows.add(rows, run));
    return rows.take();
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
