// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.pipelines.airquality.group.GroupRows;
import dev.millrace.pipelines.airquality.group.Shards;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Turns blocks of the silver table into blocks of the gold tables; or does a part of that, for a
 * window of hours and for what reaches over windows.
 *
 * <p>Bounded. Three shuffles of blocks, see {@link GroupRows}: hours by station and year, hours of
 * exceedance by station, station days by month. Memory: a shard of some ten thousand rows, or a
 * station's year, a station's hours of exceedance, or a month's days if that is more, at a time.
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

  private static final int HOURS_OF_A_DAY = 24;

  private final int above;
  private final long hours;

  private Gold(int above, long hours) {
    this.above = above;
    this.hours = hours;
  }

  /**
   * Reckons days, rankings and runs.
   *
   * @param above the index that a run of exceedance stays above, 0 or more
   * @param hours about how many rows come in, 0 or more, by which memory is divided
   */
  public static Gold withRunsAbove(int above, long hours) {
    if (above < 0) {
      throw new IllegalArgumentException("Invalid threshold: " + above + " (must be 0 or more)");
    }
    return new Gold(above, hours);
  }

  @Override
  public PCollectionTuple expand(PCollection<Block> silver) {
    PCollection<Block> days = silver.apply("Station days", new StationDays(hours));
    PCollectionTuple city = days.apply("City", new City(hours / HOURS_OF_A_DAY));
    return PCollectionTuple.of(STATION_DAYS, days)
        .and(CITY_DAYS, city.get(CITY_DAYS))
        .and(RANKING, city.get(RANKING))
        .and(RUNS, silver.apply("Runs", new Runs(above, RunReach.ALL, hours)));
  }

  /** From the hours of whole days to {@link Tables#GOLD_STATION_DAY}. */
  public static final class StationDays extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final Shards shards;

    /**
     * @param hours about how many rows come in, 0 or more
     */
    public StationDays(long hours) {
      this.shards = Shards.of(hours);
    }

    @Override
    public PCollection<Block> expand(PCollection<Block> silver) {
      return silver
          .apply("By station and year", new GroupRows(shards, GoldFns.STATION_YEARS))
          .apply("Days", ParDo.of(new GoldFns.StationDays()))
          .setCoder(coder(Tables.GOLD_STATION_DAY));
    }
  }

  /** From the hours of exceedance, and perhaps others, to {@link Tables#GOLD_EXCEEDANCE_RUN}. */
  public static final class Runs extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final int above;
    private final RunReach reach;
    private final Shards shards;

    /**
     * @param above the index that a run stays above, 0 or more
     * @param reach hours beyond it are left out
     * @param hours about how many rows come in, 0 or more
     */
    public Runs(int above, RunReach reach, long hours) {
      this.above = above;
      this.reach = reach;
      this.shards = Shards.of(hours);
    }

    @Override
    public PCollection<Block> expand(PCollection<Block> silver) {
      return silver
          .apply("By station", new GroupRows(shards, GoldFns.stationsAbove(above, reach)))
          .apply("Runs", ParDo.of(new GoldFns.Runs(above)))
          .setCoder(coder(Tables.GOLD_EXCEEDANCE_RUN));
    }
  }

  /**
   * From the station days of whole months to {@link Tables#GOLD_CITY_DAY} and {@link
   * Tables#GOLD_MONTH_RANKING}.
   */
  public static final class City extends PTransform<PCollection<Block>, PCollectionTuple> {
    private final Shards shards;

    /**
     * @param days about how many rows come in, 0 or more
     */
    public City(long days) {
      this.shards = Shards.of(days);
    }

    @Override
    public PCollectionTuple expand(PCollection<Block> stationDays) {
      PCollectionTuple city =
          stationDays
              .apply("By month", new GroupRows(shards, GoldFns.MONTHS))
              .apply(
                  "City and ranking",
                  ParDo.of(new GoldFns.CityMonth())
                      .withOutputTags(CITY_DAYS, TupleTagList.of(RANKING)));
      city.get(CITY_DAYS).setCoder(coder(Tables.GOLD_CITY_DAY));
      city.get(RANKING).setCoder(coder(Tables.GOLD_MONTH_RANKING));
      return city;
    }
  }

  private static BlockCoder coder(Table table) {
    return BlockCoder.of(table.schema());
  }
}
