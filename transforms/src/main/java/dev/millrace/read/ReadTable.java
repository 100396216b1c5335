// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.LedgerJob;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table or view, whole or filtered, as blocks by {@code COPY}.
 *
 * <p>Bounded. Under a {@link HeldSnapshot} a whole heap is read by physical page and all splits see
 * one moment; otherwise by ranges of a key, and each part of a split sees the moment at which it
 * was read. Every row is output at least once, and exactly once where the runner repeats no work.
 * Memory is bounded by a quarter of the heap for all blocks on their way, however large the table,
 * and by the largest row. Each thread that reads takes one connection, and keeps it while what it
 * outputs is worked on if the runner does that on the same thread.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class ReadTable extends PTransform<PBegin, PCollection<Block>> {

  private final ConnectionSpec spec;
  private final TableName table;
  private final List<String> columns;
  private final String where;
  private final List<String> key;
  private final @Nullable SnapshotRef snapshot;
  private final ByteSize blockSize;
  private final int parallelism;

  private ReadTable(
      ConnectionSpec spec,
      TableName table,
      List<String> columns,
      String where,
      List<String> key,
      @Nullable SnapshotRef snapshot,
      ByteSize blockSize,
      int parallelism) {
    this.spec = spec;
    this.table = table;
    this.columns = columns;
    this.where = where;
    this.key = key;
    this.snapshot = snapshot;
    this.blockSize = blockSize;
    this.parallelism = parallelism;
  }

  /**
   * Reads all of a table or view.
   *
   * @param table {@code name} or {@code schema.name}, as in SQL
   * @throws IllegalArgumentException when the name has another form
   */
  public static ReadTable from(ConnectionSpec spec, String table) {
    return new ReadTable(
        spec,
        TableName.parse(table),
        List.of(),
        "",
        List.of(),
        null,
        Blocks.DEFAULT_SIZE,
        Runtime.getRuntime().availableProcessors());
  }

  /** Reads these columns only, in this order; default: all. */
  public ReadTable columns(String... names) {
    return new ReadTable(spec, table, List.of(names), where, key, snapshot, blockSize, parallelism);
  }

  /** Reads the rows that satisfy a condition in SQL, which is trusted; default: all. */
  public ReadTable where(String condition) {
    return new ReadTable(spec, table, columns, condition, key, snapshot, blockSize, parallelism);
  }

  /**
   * Reads in ranges of these columns. Best served by an index; they need not be unique. Default:
   * the primary key, or the first unique index over columns that are NOT NULL.
   */
  public ReadTable key(String... names) {
    return new ReadTable(
        spec, table, columns, where, List.of(names), snapshot, blockSize, parallelism);
  }

  /** Reads under a snapshot that is held until the run has ended; default: none. */
  public ReadTable underSnapshot(SnapshotRef newSnapshot) {
    return new ReadTable(spec, table, columns, where, key, newSnapshot, blockSize, parallelism);
  }

  /** The size to cut blocks at, 1 byte or more; default 1 MiB. Less on a small heap. */
  public ReadTable blockSize(ByteSize size) {
    if (size.bytes() == 0) {
      throw new IllegalArgumentException("Invalid block size: 0B (must be 1B or more)");
    }
    return new ReadTable(spec, table, columns, where, key, snapshot, size, parallelism);
  }

  /** How many threads the runner will read with, 1 or more; default: this machine's processors. */
  public ReadTable parallelism(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "Invalid parallelism: " + threads + " (must be 1 or more)");
    }
    return new ReadTable(spec, table, columns, where, key, snapshot, blockSize, threads);
  }

  /**
   * Looks at the table and decides how to read it. Applying a {@code ReadTable} does this as well;
   * apply what this returns to look only once.
   *
   * @throws IllegalArgumentException when the table or a column does not exist, or a column's type
   *     is not carried
   * @throws SQLException when the server does not answer or refuses
   */
  public Planned plan() throws SQLException {
    try (Connection connection = spec.connect("plan " + table)) {
      connection.setAutoCommit(false);
      new ReadSession(snapshot).begin(connection);
      ReadPlanner planner = planner(connection, describe(connection));
      return new Planned(spec, planner.plan(snapshot, key));
    }
  }

  /**
   * The columns that would be read.
   *
   * @throws IllegalArgumentException when the table or a column does not exist, or a column's type
   *     is not carried
   * @throws SQLException when the server does not answer or refuses
   */
  public BlockSchema schema() throws SQLException {
    try (Connection connection = spec.connect("plan " + table)) {
      return describe(connection).schema();
    }
  }

  /**
   * Checks that {@link #resume} would find an order to read in, without beginning anything.
   *
   * @throws IllegalArgumentException when there is no key, or it has no exact order
   * @throws SQLException when the server does not answer or refuses
   */
  public void requireOrder() throws SQLException {
    try (Connection connection = spec.connect("plan " + table)) {
      ReadPlanner planner = planner(connection, describe(connection));
      planner.order(planner.keyOrTables(key));
    }
  }

  TableRead describe(Connection connection) throws SQLException {
    return TableRead.of(Catalog.describe(connection, table), columns, where);
  }

  ReadPlanner planner(Connection connection, TableRead read) {
    return new ReadPlanner(connection, read, blockSize, parallelism);
  }

  ConnectionSpec spec() {
    return spec;
  }

  TableName name() {
    return table;
  }

  /** Empty for the table's own. */
  List<String> key() {
    return key;
  }

  /**
   * Begins an attempt of a job, and plans to read what the ledger does not have of it yet, in the
   * order of the key. The columns of the key are among those read.
   *
   * @param job to hold until the run has ended
   * @param target what is written, for the job's definition
   * @param run the run's identity
   * @param runner where it runs
   * @throws IllegalArgumentException as {@link #plan()}; when the job was begun with another
   *     definition; when the key has no exact order, or is NULL in some rows
   * @throws SQLException when a server does not answer or refuses
   */
  public Planned resume(LedgerJob job, String target, String run, String runner)
      throws SQLException {
    try (Connection connection = spec.connect("plan " + table)) {
      connection.setAutoCommit(false);
      new ReadSession(snapshot).begin(connection);
      ReadPlanner planner = planner(connection, describe(connection));
      return new Planned(
          spec,
          planner.resume(
              snapshot,
              key,
              (sql, cuts) -> {
                job.begin(definition(sql, target, " " + sql.read().schema()), run, runner, cuts);
                return job;
              }));
    }
  }

  /** What is copied, in words that are the same for every attempt. */
  String definition(KeySql sql, String target, String columns) {
    return spec.address()
        + " "
        + sql.read().table().name()
        + columns
        + (where.isEmpty() ? "" : " where " + where)
        + " by "
        + sql.key()
        + " into "
        + target;
  }

  @Override
  public PCollection<Block> expand(PBegin input) {
    try {
      return input.apply(plan());
    } catch (SQLException failure) {
      throw new IllegalStateException(
          "Cannot plan the read of " + table + ": " + failure.getMessage(), failure);
    }
  }

  /** A read that was planned. */
  public static final class Planned extends PTransform<PBegin, PCollection<Block>> {
    private final ConnectionSpec spec;
    private final ReadPlan plan;

    Planned(ConnectionSpec spec, ReadPlan plan) {
      this.spec = spec;
      this.plan = plan;
    }

    /** The columns that will be read. */
    public BlockSchema schema() {
      return plan.read().schema();
    }

    /** How many rows the server's planner expects. */
    public long expectedRows() {
      return plan.expectedRows();
    }

    /** Into how many splits the read was cut. */
    public int splits() {
      return plan.splits().size();
    }

    /** Into what the blocks must be entered when they are written, if it was resumed. */
    public Optional<Ledger> ledger() {
      return Optional.ofNullable(plan.ledger());
    }

    /** Columns by which reading is slow unless an index over them has {@code COLLATE "C"}. */
    public List<String> collated() {
      return plan.ledger() == null ? List.of() : plan.ledger().order().collated();
    }

    /** Whether it is read by physical page. */
    public boolean byPage() {
      return plan.key() == null;
    }

    @Override
    public PCollection<Block> expand(PBegin input) {
      List<Integer> numbers = IntStream.range(0, splits()).boxed().toList();
      return input
          .apply("Splits", Create.of(numbers).withCoder(VarIntCoder.of()))
          .apply("Read", ParDo.of(new ReadFn(spec, plan)))
          .setCoder(BlockCoder.of(schema()));
    }
  }
}
