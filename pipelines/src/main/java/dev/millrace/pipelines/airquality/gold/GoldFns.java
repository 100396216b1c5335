// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.table.Partition;
import dev.millrace.pipelines.airquality.table.StationYear;
import java.io.Serializable;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/** The steps of {@link Gold}, which leave the reckoning to {@link GoldGroups}. */
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
      out.output(GoldGroups.stationDays(station, group.getValue()));
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
      Block runs = GoldGroups.runs(group.getValue(), above);
      if (runs.rows() > 0) {
        out.output(runs);
      }
    }
  }

  /** Reckons the city's days of a month and ranks its stations. */
  static final class CityMonth extends DoFn<KV<String, Iterable<Block>>, Block> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<Block>> group, MultiOutputReceiver out) {
      // Flink lets a group be gone through once.
      List<Block> days = new ArrayList<>();
      group.getValue().forEach(days::add);
      out.get(Gold.CITY_DAYS).output(GoldGroups.cityDays(days));
      Block ranking = GoldGroups.ranking(YearMonth.parse(group.getKey()), days);
      if (ranking.rows() > 0) {
        out.get(Gold.RANKING).output(ranking);
      }
    }
  }
}
