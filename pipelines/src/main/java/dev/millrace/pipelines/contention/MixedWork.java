// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.pool.InPool;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Reads one table and has each kind of work done on all of its rows, side by side in the same
 * threads, each kind within its pool: no more of them compute than there are processors, no more
 * hold much than there is room for, and those that wait for others have threads to wait in.
 *
 * <p>For that the runner is given more threads than there are processors: a thread that waits for
 * an answer or for a slot computes nothing. Connections: a reader's, a writer's and one for each
 * answer that is waited for.
 */
public final class MixedWork {

  /** With rows of some dozens of bytes, so many splits keep two dozens of threads at work. */
  private static final int READERS = 4;

  private MixedWork() {}

  /**
   * Adds a read, and for each kind its work and a write.
   *
   * @throws IllegalArgumentException when a table or column does not exist
   * @throws SQLException when the server does not answer or refuses
   */
  public static void applyTo(Pipeline pipeline, MixedOptions options) throws SQLException {
    ReadTable.Planned read =
        ReadTable.from(options.database(), options.table())
            .columns("id", "payload")
            .key("id")
            .blockSize(options.blockSize())
            .parallelism(READERS)
            .plan();
    PCollection<Block> rows = pipeline.apply("Read", read);
    for (Kind kind : options.kinds()) {
      ParDo.SingleOutput<Block, Block> work = ParDo.of(new WorkFn(kind, options));
      PCollection<Block> worked =
          options.pooled()
              ? rows.apply("Work of " + kind, InPool.of(kind.pool(), 1).apply(work))
              : rows.apply("Work of " + kind, work);
      worked
          .setCoder(BlockCoder.of(WorkFn.SCHEMA))
          .apply(
              "Write " + kind,
              WriteTable.into(options.database(), options.table() + "_" + kind).upsert("id"));
    }
  }
}
