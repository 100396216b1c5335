// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.Marshalled;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.connect.StallGuard;
import dev.millrace.dialect.TableWrite;
import dev.millrace.dialect.TableWriter;
import dev.millrace.observe.Measure;
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

  // Worker scoped.
  private transient @Nullable Pool pool;
  private transient @Nullable TableWriter writer;

  // Bundle scoped.
  private transient @Nullable List<Block> pending;
  private transient @Nullable List<Written> written;
  private transient long pendingBytes;

  /** What to output when the bundle ends: only then may it go to any window. */
  private record Written(WriteResult result, Instant timestamp, BoundedWindow window) {}

  WriteFn(ConnectionSpec spec, TableWrite write) {
    this.spec = Marshalled.of(spec);
    this.write = Marshalled.of(write);
  }

  @Setup
  public void setup() {
    pool = Pool.share(spec.get(), Quota.WRITE);
    writer = new TableWriter(write.get());
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
    if (blocks.isEmpty()) {
      return;
    }
    try (Pool.Acquired acquired =
            requireNonNull(pool).acquire("write " + write.get().table().name());
        StallGuard guard = StallGuard.over(acquired, spec.get().timeouts().stall())) {
      try {
        requireNonNull(writer).write(acquired.connection(), blocks, guard::progress);
        acquired.connection().commit();
      } catch (SQLException failure) {
        throw guard.stalled() ? stalled(failure) : failure;
      }
    }
    Measure.ROWS_WRITTEN.add(blocks.stream().mapToLong(Block::rows).sum());
    blocks.clear();
    pendingBytes = 0;
  }

  private SQLException stalled(SQLException failure) {
    return new SQLException(
        "Cannot write to "
            + write.get().table().name()
            + ": the server took nothing for "
            + spec.get().timeouts().stall().toSeconds()
            + " s",
        failure);
  }

  @Teardown
  public void teardown() {
    if (pool != null) {
      pool.close();
      pool = null;
    }
  }
}
