// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.block.Block;
import dev.millrace.block.Blocks;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/** Millrace's public transforms, as {@code millrace sync} composes them. */
final class Blockwise {

  private Blockwise() {}

  static void copy(Job job, Runner runner) throws SQLException {
    try (HeldSnapshot snapshot = HeldSnapshot.export(job.server())) {
      ReadTable.Planned read =
          ReadTable.from(job.server(), job.source())
              .underSnapshot(snapshot.ref())
              .parallelism(job.parallelism())
              .plan();
      WriteTable write = WriteTable.into(job.server(), job.target());
      Pipeline pipeline = Pipeline.create(runner.options(job.parallelism()));
      PCollection<Block> blocks = pipeline.apply("Read", read);
      if (job.contender().isMapped()) {
        blocks = blocks.apply("Touch", Blocks.map(read.schema(), new TouchEveryColumn()));
      }
      blocks.apply("Write", job.mode() == Mode.UPSERT ? write.upsert(Orders.KEY) : write);
      pipeline.run().waitUntilFinish();
    }
  }
}
