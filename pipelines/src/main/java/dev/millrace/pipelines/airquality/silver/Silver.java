// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.pipelines.airquality.table.Tables;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
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
 * <p>Bounded. Rows are shuffled as one block for each block read, station and year. Memory: a
 * station's year and the day before at a time. Bronze rows = silver rows + rejects of whole rows.
 */
public final class Silver extends PTransform<PCollection<Block>, PCollectionTuple> {
  /** Blocks of {@link Tables#SILVER_HOUR}. */
  public static final TupleTag<Block> ROWS = new TupleTag<>("rows");

  /** Blocks of {@link Tables#SILVER_REJECT}. */
  public static final TupleTag<Block> REJECTS = new TupleTag<>("rejects");

  static final TupleTag<KV<String, Block>> GROUPED = new TupleTag<>("grouped");

  private final Hours hours;

  private Silver(Hours hours) {
    this.hours = hours;
  }

  /** Computes some hours; the input holds them and those that they need. */
  public static Silver of(Hours hours) {
    return new Silver(hours);
  }

  @Override
  public PCollectionTuple expand(PCollection<Block> bronze) {
    BlockCoder bronzeCoder = BlockCoder.of(Tables.BRONZE_MEASUREMENT.schema());
    BlockCoder rejectCoder = BlockCoder.of(Tables.SILVER_REJECT.schema());
    PCollectionTuple dealt =
        bronze.apply(
            "By station and year",
            ParDo.of(new ByStationYearFn(hours)).withOutputTags(GROUPED, TupleTagList.of(REJECTS)));
    dealt.get(REJECTS).setCoder(rejectCoder);
    PCollectionTuple computed =
        dealt
            .get(GROUPED)
            .setCoder(KvCoder.of(StringUtf8Coder.of(), bronzeCoder))
            .apply("Group", GroupByKey.create())
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
