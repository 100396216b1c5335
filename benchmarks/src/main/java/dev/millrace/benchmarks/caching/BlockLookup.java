// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.cache.CachedLookup;
import dev.millrace.read.ReadTable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/** Millrace's pipeline, as its user writes it. */
final class BlockLookup {

  private BlockLookup() {}

  static LookupMain.Sums enrich(LookupJob job, boolean cached) {
    Pipeline pipeline = Pipeline.create(job.contender().runner().options(job.parallelism()));
    CachedLookup lookup = CachedLookup.in(job.server(), VisitTables.ACCOUNTS).on("account");
    pipeline
        .apply("Read", ReadTable.from(job.server(), VisitTables.VISITS))
        .apply("Enrich", cached ? lookup : lookup.withoutCache())
        .apply("Sum", ParDo.of(new SumFn()));
    pipeline.run().waitUntilFinish();
    return Totals.sums();
  }

  private static final class SumFn extends DoFn<Block, Void> {
    @ProcessElement
    public void process(@Element Block block) {
      BlockColumn names = block.column(block.schema().indexOf("name"));
      BlockColumn scores = block.column(block.schema().indexOf("score"));
      long score = 0;
      long length = 0;
      for (int row = 0; row < block.rows(); row++) {
        score += scores.getInt(row);
        length += names.length(row);
      }
      Totals.add(block.rows(), score, length);
    }
  }
}
