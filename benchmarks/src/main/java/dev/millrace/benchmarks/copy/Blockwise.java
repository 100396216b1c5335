// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.block.Block;
import dev.millrace.block.Blocks;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.LedgerView;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.SQLException;
import java.util.UUID;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/** Millrace's public transforms, as {@code millrace sync} composes them. */
final class Blockwise {

  private Blockwise() {}

  static void copy(Job job, Runner runner) throws SQLException {
    try (HeldSnapshot snapshot = HeldSnapshot.export(job.server())) {
      ReadTable read =
          ReadTable.from(job.server(), job.source())
              .underSnapshot(snapshot.ref())
              .blockSize(job.blockSize())
              .parallelism(job.parallelism());
      WriteTable write = WriteTable.into(job.server(), job.target());
      switch (job.mode()) {
        case APPEND -> run(job, runner, read.plan(), write);
        case UPSERT -> run(job, runner, read.plan(), write.upsert(Orders.KEY));
        case LEDGER -> enter(job, runner, read, write);
      }
    }
  }

  /** All that {@code millrace sync --mode=ledger} does, and forgets it. */
  private static void enter(Job job, Runner runner, ReadTable read, WriteTable write)
      throws SQLException {
    String name = "millrace bench " + UUID.randomUUID();
    try (LedgerJob ledger = LedgerJob.open(job.server(), name)) {
      ReadTable.Planned resumed = read.resume(ledger, job.target(), name, runner.toString());
      run(job, runner, resumed, write.ledger(resumed.ledger().orElseThrow()));
      ledger.finish();
    }
    LedgerView.forget(job.server(), name);
  }

  private static void run(Job job, Runner runner, ReadTable.Planned read, WriteTable write) {
    Pipeline pipeline = Pipeline.create(runner.options(job.parallelism()));
    PCollection<Block> blocks = pipeline.apply("Read", read);
    if (job.contender().isMapped()) {
      blocks = blocks.apply("Touch", Blocks.map(read.schema(), new TouchEveryColumn()));
    }
    blocks.apply("Write", write);
    pipeline.run().waitUntilFinish();
  }
}
