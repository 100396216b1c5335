// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.connections;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockPredicate;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/**
 * Reads one table once, under a snapshot held for the run, and spreads its rows over many tables,
 * each upserted by a stage of its own.
 *
 * <p>However many stages there are, and however many threads a runner gives to each, a JVM has at
 * most {@code target.maxConnections()} connections that write, as all stages draw on one pool: a
 * stage holds one for the time of a transaction. Beside them there are {@code parallelism} at most
 * that read and one that holds the snapshot.
 */
public final class FanOut implements AutoCloseable {

  private static final List<BlockType> INTEGERS =
      List.of(BlockType.INT16, BlockType.INT32, BlockType.INT64);

  private final FanOutOptions options;
  private final HeldSnapshot snapshot;
  private final ReadTable.Planned read;
  private final int column;

  private FanOut(FanOutOptions options, HeldSnapshot snapshot, ReadTable.Planned read, int column) {
    this.options = options;
    this.snapshot = snapshot;
    this.read = read;
    this.column = column;
  }

  /**
   * Takes the snapshot and plans the read.
   *
   * @throws IllegalArgumentException when a table or column does not exist or does not fit
   * @throws SQLException when a server does not answer or refuses
   */
  public static FanOut open(FanOutOptions options) throws SQLException {
    HeldSnapshot snapshot = HeldSnapshot.export(options.source());
    try {
      ReadTable.Planned read =
          ReadTable.from(options.source(), options.table())
              .underSnapshot(snapshot.ref())
              .blockSize(options.blockSize())
              .parallelism(options.parallelism())
              .plan();
      int column = read.schema().indexOf(options.by());
      BlockType type = read.schema().column(column).type();
      if (!INTEGERS.contains(type)) {
        throw new IllegalArgumentException(
            "Invalid column to spread by: %s, of %s (must be of integers)"
                .formatted(options.by(), type));
      }
      return new FanOut(options, snapshot, read, column);
    } catch (SQLException | RuntimeException failure) {
      try (snapshot) {
        throw failure;
      }
    }
  }

  /** Adds a read, and for each table a filter and a write, to be run before this is closed. */
  public void applyTo(Pipeline pipeline) {
    PCollection<Block> blocks = pipeline.apply("Read", read);
    List<String> tables = options.into();
    for (int stage = 0; stage < tables.size(); stage++) {
      String table = tables.get(stage);
      blocks
          .apply("Rows of " + table, Blocks.filter(new OfStage(column, stage, tables.size())))
          .apply(
              "Write " + table,
              WriteTable.into(options.target(), table)
                  .upsert(options.key().toArray(String[]::new)));
    }
  }

  /** Lets the snapshot go. */
  @Override
  public void close() throws SQLException {
    snapshot.close();
  }

  /** The rows of one stage. */
  private record OfStage(int column, int stage, int stages) implements BlockPredicate {
    @Override
    public boolean test(Block block, int row) {
      BlockColumn values = block.column(column);
      return stage == (values.isNull(row) ? 0 : Math.floorMod(value(values, row), stages));
    }

    private static long value(BlockColumn values, int row) {
      return switch (values.type().kind()) {
        case INT16 -> values.getShort(row);
        case INT32 -> values.getInt(row);
        default -> values.getLong(row);
      };
    }
  }
}
