// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.pipelines.airquality.group.GroupDealt;
import dev.millrace.pipelines.airquality.group.Shards;
import dev.millrace.pipelines.airquality.table.Tables;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Turns blocks of the bronze table into blocks of {@link Tables#SILVER_HOUR} and {@link
 * Tables#SILVER_REJECT}.
 *
 * <p>Bounded. Rows are shuffled in blocks, see {@link GroupDealt}. Memory: a shard of some ten
 * thousand rows, or a station's year and the day before if that is more, at a time. Bronze rows =
 * silver rows + rejects of whole rows.
 */
public final class Silver extends PTransform<PCollection<Block>, PCollectionTuple> {
  /** Blocks of {@link Tables#SILVER_HOUR}. */
  public static final TupleTag<Block> ROWS = new TupleTag<>("rows");

  /** Blocks of {@link Tables#SILVER_REJECT}. */
  public static final TupleTag<Block> REJECTS = new TupleTag<>("rejects");

  static final TupleTag<KV<Integer, Block>> DEALT = new TupleTag<>("dealt");

  private final Hours hours;
  private final Shards shards;

  private Silver(Hours hours, Shards shards) {
    this.hours = hours;
    this.shards = shards;
  }

  /**
   * Computes some hours; the input holds them and those that they need.
   *
   * @param rows about how many rows that are, 0 or more, by which memory is divided
   */
  public static Silver of(Hours hours, long rows) {
    return new Silver(hours, Shards.of(rows));
  }

  @Override
  public PCollectionTuple expand(PCollection<Block> bronze) {
    BlockSchema bronzeRows = Tables.BRONZE_MEASUREMENT.schema();
    BlockCoder rejectCoder = BlockCoder.of(Tables.SILVER_REJECT.schema());
    PCollectionTuple dealt =
        bronze.apply(
            "By station and year",
            ParDo.of(new ByStationYearFn(hours, shards))
                .withOutputTags(DEALT, TupleTagList.of(REJECTS)));
    dealt.get(DEALT).setCoder(GroupDealt.dealtCoder(bronzeRows));
    dealt.get(REJECTS).setCoder(rejectCoder);
    PCollectionTuple computed =
        dealt
            .get(DEALT)
            .apply("Group", new GroupDealt(bronzeRows, shards, new ByStationYearFn.StationYears()))
            .apply(
                "Averages and indices",
                ParDo.of(new StationYearFn(hours)).withOutputTags(ROWS, TupleTagList.of(REJECTS)));
    computed.get(ROWS).setCoder(BlockCoder.of(Tables.SILVER_HOUR.schema()));
    computed.get(REJECTS).setCoder(rejectCoder);
    PCollection<Block> rejects =
        PCollectionList.of(dealt.get(REJECTS))
            .and(computed.get(REJECTS))
            .apply("Rejects", Flatten.pCollections());
    return PCollectionTuple.of(ROWS, computed.get(ROWS)).and(REJECTS, rejects);
  }
}
