// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.bronze;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.table.Tables;
import java.util.List;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads CSV files into blocks of {@link Tables#BRONZE_MEASUREMENT} and {@link
 * Tables#BRONZE_REJECT}: each line after the header is a row of one of them.
 *
 * <p>Bounded. The files are read side by side, each by one worker at a time, where the worker finds
 * them under the given path. Memory: a few blocks for each file being read.
 */
public final class Bronze extends PTransform<PBegin, PCollectionTuple> {
  /** Blocks of {@link Tables#BRONZE_MEASUREMENT}. */
  public static final TupleTag<Block> ROWS = new TupleTag<>("rows");

  /** Blocks of {@link Tables#BRONZE_REJECT}. */
  public static final TupleTag<Block> REJECTS = new TupleTag<>("rejects");

  private final List<String> locations;

  private Bronze(List<String> locations) {
    this.locations = locations;
  }

  /** Reads these files. */
  public static Bronze of(List<CsvFile> files) {
    return new Bronze(files.stream().map(CsvFile::location).toList());
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    PCollectionTuple read =
        begin
            .apply("Files", Create.of(locations).withCoder(StringUtf8Coder.of()))
            .apply(
                "Lines", ParDo.of(new ReadCsvFn()).withOutputTags(ROWS, TupleTagList.of(REJECTS)));
    read.get(ROWS).setCoder(BlockCoder.of(Tables.BRONZE_MEASUREMENT.schema()));
    read.get(REJECTS).setCoder(BlockCoder.of(Tables.BRONZE_REJECT.schema()));
    return read;
  }
}
