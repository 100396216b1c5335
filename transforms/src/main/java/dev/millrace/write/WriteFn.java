// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.Marshalled;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.TableWrite;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.RejectRules;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** Collects the blocks of a bundle and commits them, a transaction for some mebibytes. */
final class WriteFn extends DoFn<Block, WriteResult> {

  /** A commit waits for the disk, so a transaction should be worth the wait. */
  static final long FLUSH_BYTES = 4L << 20;

  private final Marshalled<ConnectionSpec> spec;
  private final Marshalled<TableWrite> write;
  private final @Nullable Marshalled<Ledger> ledger;
  private final @Nullable Marshalled<RejectRules> rejects;

  // Worker scoped.
  private transient @Nullable BlockWriter writer;

  // Bundle scoped.
  private transient @Nullable List<Block> pending;
  private transient @Nullable List<Written> written;
  private transient long pendingBytes;

  /** What to output when the bundle ends: only then may it go to any window. */
  private record Written(WriteResult result, Instant timestamp, BoundedWindow window) {}

  WriteFn(
      ConnectionSpec spec,
      TableWrite write,
      @Nullable Ledger ledger,
      @Nullable RejectRules rejects) {
    this.spec = Marshalled.of(spec);
    this.write = Marshalled.of(write);
    this.ledger = ledger == null ? null : Marshalled.of(ledger);
    this.rejects = rejects == null ? null : Marshalled.of(rejects);
  }

  @Setup
  public void setup() {
    writer =
        new BlockWriter(
            spec.get(),
            write.get(),
            ledger == null ? null : ledger.get(),
            rejects == null ? null : rejects.get());
  }

  @StartBundle
  public void start() {
    pending = new ArrayList<>();
    written = new ArrayList<>();
    pendingBytes = 0;
  }

  @ProcessElement
  public void process(@Element Block block, @Timestamp Instant timestamp, BoundedWindow window)
      throws SQLException {
    requireNonNull(pending).add(block);
    pendingBytes += block.bytes();
    requireNonNull(written)
        .add(
            new Written(
                new WriteResult(block.origin().split(), block.rows(), block.bytes()),
                timestamp,
                window));
    if (pendingBytes >= FLUSH_BYTES) {
      flush();
    }
  }

  @FinishBundle
  public void finish(FinishBundleContext context) throws SQLException {
    flush();
    for (Written each : requireNonNull(written)) {
      context.output(each.result(), each.timestamp(), each.window());
    }
    pending = null;
    written = null;
  }

  private void flush() throws SQLException {
    List<Block> blocks = requireNonNull(pending);
    if (!blocks.isEmpty()) {
      requireNonNull(writer).write(blocks);
      blocks.clear();
      pendingBytes = 0;
    }
  }

  @Teardown
  public void teardown() {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
