// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
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
 * Turns blocks of the silver table into blocks of the gold tables.
 *
 * <p>Bounded. Three shuffles of blocks: hours by station and year, station days by year, runs by
 * station (those that a year's end has cut are joined again). Memory: a station's year, a city's
 * year of days, or a station's runs at a time.
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

  static final TupleTag<KV<String, Block>> DAYS_BY_YEAR = new TupleTag<>("days by year");
  static final TupleTag<KV<String, Block>> RUNS_BY_STATION = new TupleTag<>("runs by station");

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
    BlockCoder input = BlockCoder.of(BlockCoder.schemaOf(silver));
    PCollectionTuple years =
        silver
            .apply("By station and year", ParDo.of(new GoldFns.ByStationYear()))
            .setCoder(keyed(input))
            .apply("Group hours", GroupByKey.create())
            .apply(
                "Days and runs",
                ParDo.of(new GoldFns.Year(above))
                    .withOutputTags(
                        STATION_DAYS, TupleTagList.of(DAYS_BY_YEAR).and(RUNS_BY_STATION)));
    PCollection<Block> stationDays =
        years.get(STATION_DAYS).setCoder(coder(Tables.GOLD_STATION_DAY));
    PCollectionTuple city =
        years
            .get(DAYS_BY_YEAR)
            .setCoder(keyed(coder(Tables.GOLD_STATION_DAY)))
            .apply("Group days", GroupByKey.create())
            .apply(
                "City and ranking",
                ParDo.of(new GoldFns.CityYear())
                    .withOutputTags(CITY_DAYS, TupleTagList.of(RANKING)));
    PCollection<Block> runs =
        years
            .get(RUNS_BY_STATION)
            .setCoder(keyed(coder(Tables.GOLD_EXCEEDANCE_RUN)))
            .apply("Group runs", GroupByKey.create())
            .apply("Join runs", ParDo.of(new GoldFns.JoinRuns()))
            .setCoder(coder(Tables.GOLD_EXCEEDANCE_RUN));
    return PCollectionTuple.of(STATION_DAYS, stationDays)
        .and(CITY_DAYS, city.get(CITY_DAYS).setCoder(coder(Tables.GOLD_CITY_DAY)))
        .and(RANKING, city.get(RANKING).setCoder(coder(Tables.GOLD_MONTH_RANKING)))
        .and(RUNS, runs);
  }

  private static BlockCoder coder(Table table) {
    return BlockCoder.of(table.schema());
  }

  private static KvCoder<String, Block> keyed(BlockCoder coder) {
    return KvCoder.of(StringUtf8Coder.of(), coder);
  }
}
