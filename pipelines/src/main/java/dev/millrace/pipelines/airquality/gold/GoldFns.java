// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.group.Keys;
import dev.millrace.pipelines.airquality.group.StationYear;
import java.time.YearMonth;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** The steps of {@link Gold}, which leave the reckoning to {@link GoldGroups}. */
final class GoldFns {
  /** The station and year of a silver row. */
  static final Keys STATION_YEARS =
      (block, row, out) -> {
        GoldRows rows = new GoldRows(block);
        out.accept(StationYear.of(rows.station(row), rows.timestamp("hour", row)).key());
      };

  /** The month of a station day. */
  static final Keys MONTHS =
      (block, row, out) ->
          out.accept(YearMonth.from(new GoldRows(block).stationDay(row).day()).toString());

  private GoldFns() {}

  /** The station of a silver row within a reach whose index is above a threshold. */
  static Keys stationsAbove(int threshold, RunReach reach) {
    return (block, row, out) -> {
      IndexedHour hour = new GoldRows(block).hour(row);
      Integer aqi = hour.indices().overall();
      if (aqi != null && aqi > threshold && reach.contains(hour.station(), hour.hour())) {
        out.accept(hour.station());
      }
    };
  }

  /** Reckons the days of a station's year. */
  static final class StationDays extends DoFn<KV<String, Block>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Block> group, OutputReceiver<Block> out) {
      String station = StationYear.parse(group.getKey()).station();
      out.output(GoldGroups.stationDays(station, List.of(group.getValue())));
    }
  }

  /** Finds a station's runs. */
  static final class Runs extends DoFn<KV<String, Block>, Block> {
    private final int above;

    Runs(int above) {
      this.above = above;
    }

    @ProcessElement
    public void process(@Element KV<String, Block> group, OutputReceiver<Block> out) {
      Block runs = GoldGroups.runs(List.of(group.getValue()), above);
      if (runs.rows() > 0) {
        out.output(runs);
      }
    }
  }

  /** Reckons the city's days of a month and ranks its stations. */
  static final class CityMonth extends DoFn<KV<String, Block>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Block> group, MultiOutputReceiver out) {
      List<Block> days = List.of(group.getValue());
      out.get(Gold.CITY_DAYS).output(GoldGroups.cityDays(days));
      Block ranking = GoldGroups.ranking(YearMonth.parse(group.getKey()), days);
      if (ranking.rows() > 0) {
        out.get(Gold.RANKING).output(ranking);
      }
    }
  }
}
