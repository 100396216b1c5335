// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.pipelines.airquality.table.StationYear;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.YearMonth;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Turns blocks of the silver table into blocks of the gold tables; or does a part of that, for a
 * window of hours and for what reaches over windows.
 *
 * <p>Bounded. Three shuffles of blocks: hours by station and year, hours of exceedance by station,
 * station days by month. Memory: a station's year, a station's hours of exceedance, or a month's
 * days at a time.
 */
public final class Gold extends PTransform<PCollection<Block>, PCollectionTuple> {
  /** The columns of {@link Tables#SILVER_HOUR} that the input has. */
  public static final List<String> INPUT =
      List.of(
          "station",
          "hour",
          "index_pm25",
          "index_pm10",
          "index_o3",
          "index_no2",
          "index_so2",
          "index_co");

  /** Blocks of {@link Tables#GOLD_STATION_DAY}. */
  public static final TupleTag<Block> STATION_DAYS = new TupleTag<>("station days");

  /** Blocks of {@link Tables#GOLD_CITY_DAY}. */
  public static final TupleTag<Block> CITY_DAYS = new TupleTag<>("city days");

  /** Blocks of {@link Tables#GOLD_EXCEEDANCE_RUN}. */
  public static final TupleTag<Block> RUNS = new TupleTag<>("runs");

  /** Blocks of {@link Tables#GOLD_MONTH_RANKING}. */
  public static final TupleTag<Block> RANKING = new TupleTag<>("ranking");

  /** The threshold unless told otherwise: an index above it is unhealthy for everyone. */
  public static final int UNHEALTHY_ABOVE = 150;

  private final int above;

  private Gold(int above) {
    this.above = above;
  }

  /**
   * Reckons days, rankings and runs.
   *
   * @param above the index that a run of exceedance stays above, 0 or more
   */
  public static Gold withRunsAbove(int above) {
    if (above < 0) {
      throw new IllegalArgumentException("Invalid threshold: " + above + " (must be 0 or more)");
    }
    return new Gold(above);
  }

  @Override
  public PCollectionTuple expand(PCollection<Block> silver) {
    PCollection<Block> days = silver.apply("Station days", new StationDays());
    PCollectionTuple city = days.apply("City", new City());
    return PCollectionTuple.of(STATION_DAYS, days)
        .and(CITY_DAYS, city.get(CITY_DAYS))
        .and(RANKING, city.get(RANKING))
        .and(RUNS, silver.apply("Runs", new Runs(above)));
  }

  /** From the hours of whole days to {@link Tables#GOLD_STATION_DAY}. */
  public static final class StationDays extends PTransform<PCollection<Block>, PCollection<Block>> {
    @Override
    public PCollection<Block> expand(PCollection<Block> silver) {
      return grouped(
              silver,
              "By station and year",
              (rows, i) -> StationYear.of(rows.station(i), rows.timestamp("hour", i)).key())
          .apply("Days", ParDo.of(new GoldFns.StationDays()))
          .setCoder(coder(Tables.GOLD_STATION_DAY));
    }
  }

  /** From the hours of exceedance, and perhaps others, to {@link Tables#GOLD_EXCEEDANCE_RUN}. */
  public static final class Runs extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final int above;

    /**
     * @param above the index that a run stays above, 0 or more
     */
    public Runs(int above) {
      this.above = above;
    }

    @Override
    public PCollection<Block> expand(PCollection<Block> silver) {
      int threshold = above;
      return grouped(
              silver,
              "By station",
              (rows, i) -> {
                Integer aqi = rows.hour(i).indices().overall();
                return aqi != null && aqi > threshold ? rows.station(i) : null;
              })
          .apply("Runs", ParDo.of(new GoldFns.Runs(above)))
          .setCoder(coder(Tables.GOLD_EXCEEDANCE_RUN));
    }
  }

  /**
   * From the station days of whole months to {@link Tables#GOLD_CITY_DAY} and {@link
   * Tables#GOLD_MONTH_RANKING}.
   */
  public static final class City extends PTransform<PCollection<Block>, PCollectionTuple> {
    @Override
    public PCollectionTuple expand(PCollection<Block> stationDays) {
      PCollectionTuple city =
          grouped(
                  stationDays,
                  "By month",
                  (rows, i) -> YearMonth.from(rows.stationDay(i).day()).toString())
              .apply(
                  "City and ranking",
                  ParDo.of(new GoldFns.CityMonth())
                      .withOutputTags(CITY_DAYS, TupleTagList.of(RANKING)));
      city.get(CITY_DAYS).setCoder(coder(Tables.GOLD_CITY_DAY));
      city.get(RANKING).setCoder(coder(Tables.GOLD_MONTH_RANKING));
      return city;
    }
  }

  private static PCollection<KV<String, Iterable<Block>>> grouped(
      PCollection<Block> blocks, String name, GoldFns.KeyOf key) {
    return blocks
        .apply(name, ParDo.of(new GoldFns.Deal(key)))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), BlockCoder.of(BlockCoder.schemaOf(blocks))))
        .apply("Group " + name, GroupByKey.create());
  }

  private static BlockCoder coder(Table table) {
    return BlockCoder.of(table.schema());
  }
}
