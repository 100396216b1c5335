// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.Marshalled;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.FlushSize;
import dev.millrace.dialect.TableWrite;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.RejectRules;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** Collects the blocks of a bundle and commits them, some at a time as {@link Flush} says. */
final class WriteFn extends DoFn<Block, WriteResult> implements Staged {

  private final Marshalled<ConnectionSpec> spec;
  private final Marshalled<TableWrite> write;
  private final @Nullable Marshalled<Ledger> ledger;
  private final @Nullable Marshalled<RejectRules> rejects;
  private final Flush flush;
  private final String stage;

  // Worker scoped.
  private transient @Nullable BlockWriter writer;
  private transient @Nullable FlushSize size;
  private transient Memory.@Nullable Holding holding;

  // Bundle scoped.
  private transient @Nullable List<Block> pending;
  private transient @Nullable List<Written> written;
  private transient long pendingBytes;
  private transient long pendingRows;
  private transient long pendingSince;

  /** What to output when the bundle ends: only then may it go to any window. */
  private record Written(WriteResult result, Instant timestamp, BoundedWindow window) {}

  WriteFn(
      ConnectionSpec spec,
      TableWrite write,
      @Nullable Ledger ledger,
      @Nullable RejectRules rejects,
      Flush flush) {
    this.spec = Marshalled.of(spec);
    this.write = Marshalled.of(write);
    this.ledger = ledger == null ? null : Marshalled.of(ledger);
    this.rejects = rejects == null ? null : Marshalled.of(rejects);
    this.flush = flush;
    this.stage = "write " + write.table().name();
  }

  @Override
  public String stage() {
    return stage;
  }

  @Setup
  public void setup() {
    size = new FlushSize(flush.bytes().bytes());
    holding = Memory.ofThisJvm().hold(stage);
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
    hold(0);
    pendingRows = 0;
  }

  @ProcessElement
  public void process(@Element Block block, @Timestamp Instant timestamp, BoundedWindow window)
      throws SQLException {
    List<Block> blocks = requireNonNull(pending);
    if (blocks.isEmpty()) {
      pendingSince = System.nanoTime();
    }
    blocks.add(block);
    hold(pendingBytes + block.bytes());
    pendingRows += block.rows();
    requireNonNull(written)
        .add(
            new Written(
                new WriteResult(block.origin().split(), block.rows(), block.bytes()),
                timestamp,
                window));
    if (isDue()) {
      flush();
    }
  }

  private void hold(long bytes) {
    pendingBytes = bytes;
    requireNonNull(holding).set(bytes);
  }

  private boolean isDue() {
    return pendingBytes >= requireNonNull(size).bytes() * Memory.ofThisJvm().room()
        || pendingRows >= flush.rows()
        || System.nanoTime() - pendingSince >= flush.linger().toNanos();
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
      long start = System.nanoTime();
      try (Stage.Span span = Stage.enter(stage)) {
        requireNonNull(writer).write(blocks);
        blocks.forEach(block -> Stage.moved(block.rows(), block.bytes()));
      }
      requireNonNull(size).took(Duration.ofNanos(System.nanoTime() - start));
      blocks.clear();
      hold(0);
      pendingRows = 0;
    }
  }

  @Teardown
  public void teardown() {
    if (holding != null) {
      holding.close();
      holding = null;
    }
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
