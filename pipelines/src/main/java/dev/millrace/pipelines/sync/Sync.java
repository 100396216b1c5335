// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import dev.millrace.block.BlockSchema;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Checksum;
import dev.millrace.dialect.TableName;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;

/**
 * Copies one table into another: {@link ReadTable} under a snapshot held for the run, then {@link
 * WriteTable}. All that can be wrong is found when it is opened, before a row is read.
 */
public final class Sync implements AutoCloseable {

  private final SyncOptions options;
  private final @Nullable HeldSnapshot snapshot;
  private final @Nullable LedgerJob job;
  private final ReadTable.Planned read;
  private final WriteTable write;

  private Sync(
      SyncOptions options,
      @Nullable HeldSnapshot snapshot,
      @Nullable LedgerJob job,
      ReadTable.Planned read,
      WriteTable write) {
    this.options = options;
    this.snapshot = snapshot;
    this.job = job;
    this.read = read;
    this.write = write;
  }

  /**
   * Takes the snapshot and plans the copy. In mode ledger, takes hold of the job and begins an
   * attempt.
   *
   * @param run the run's identity, told to who wants to run the same job
   * @param runner where it runs
   * @throws IllegalArgumentException when a table or column does not exist or does not fit
   * @throws dev.millrace.ledger.JobActiveException when another run has the job
   * @throws SQLException when a server does not answer or refuses
   */
  public static Sync open(SyncOptions options, String run, String runner) throws SQLException {
    return open(options, HeldSnapshot.export(options.source()), new Attempt(run, runner));
  }

  /**
   * As {@link #open} without a snapshot, for a run that may go on when this process has ended: it
   * reads by ranges of a key, and each part of a split sees the moment at which it was read.
   */
  public static Sync openUnheld(SyncOptions options, String run, String runner)
      throws SQLException {
    return open(options, null, new Attempt(run, runner));
  }

  /**
   * Plans the copy, but begins nothing: in mode ledger as if nothing had been copied before.
   *
   * @param held whether it would read under a snapshot
   * @throws IllegalArgumentException as {@link #open}
   * @throws SQLException when a server does not answer or refuses
   */
  public static Sync preview(SyncOptions options, boolean held) throws SQLException {
    return open(options, held ? HeldSnapshot.export(options.source()) : null, null);
  }

  private record Attempt(String run, String runner) {}

  private static Sync open(
      SyncOptions options, @Nullable HeldSnapshot snapshot, @Nullable Attempt attempt)
      throws SQLException {
    boolean ledger = options.mode() == SyncOptions.Mode.LEDGER;
    @Nullable LedgerJob job = null;
    try {
      ReadTable read = read(options, snapshot);
      WriteTable write = write(options);
      // Before a ledger knows of it: a copy that cannot be made must leave no trace.
      write.plan(read.schema());
      if (ledger) {
        read.requireOrder();
      }
      if (!ledger || attempt == null) {
        return new Sync(options, snapshot, null, read.plan(), write);
      }
      job = LedgerJob.open(options.target(), options.job());
      ReadTable.Planned planned = read.resume(job, options.into(), attempt.run(), attempt.runner());
      return new Sync(
          options, snapshot, job, planned, write.ledger(planned.ledger().orElseThrow()));
    } catch (SQLException | RuntimeException failure) {
      close(snapshot, job);
      throw failure;
    }
  }

  private static ReadTable read(SyncOptions options, @Nullable HeldSnapshot snapshot) {
    List<String> order =
        options.mode() == SyncOptions.Mode.LEDGER ? options.key() : options.readBy();
    ReadTable read =
        ReadTable.from(options.source(), options.table())
            .columns(options.columns().toArray(String[]::new))
            .where(options.where())
            .key(order.toArray(String[]::new))
            .blockSize(options.blockSize())
            .parallelism(options.parallelism());
    return snapshot == null ? read : read.underSnapshot(snapshot.ref());
  }

  private static WriteTable write(SyncOptions options) {
    WriteTable write = WriteTable.into(options.target(), options.into()).rejects(options.rejects());
    return options.mode() == SyncOptions.Mode.UPSERT
        ? write.upsert(options.key().toArray(String[]::new))
        : write;
  }

  /** Whether all reads of this run see one moment. */
  public boolean isHeld() {
    return snapshot != null;
  }

  /** The columns copied. */
  public BlockSchema schema() {
    return read.schema();
  }

  /** How the source will be read. */
  public ReadTable.Planned read() {
    return read;
  }

  /** The job that a ledger keeps, in mode ledger. */
  public Optional<LedgerJob> job() {
    return Optional.ofNullable(job);
  }

  /** Whether earlier runs copied everything. */
  public boolean isDone() {
    return job != null && read.splits() == 0;
  }

  /** Adds the copy to a pipeline, to be run before this is closed. */
  public void applyTo(Pipeline pipeline) {
    pipeline.apply("Read", read).apply("Write", write);
  }

  /** The checksum of the rows to copy, as the snapshot, if any, sees them. Reads all of them. */
  public Checksum sourceChecksum() throws SQLException {
    try (Connection connection = options.source().connect("checksum")) {
      connection.setAutoCommit(false);
      if (snapshot != null) {
        snapshot.ref().begin(connection);
      }
      String where = options.where().isEmpty() ? "true" : options.where();
      return checksum(connection, options.table(), where);
    }
  }

  /**
   * The checksum of all rows of the target, over the columns copied. Equal to that of the source if
   * the target had no other rows.
   */
  public Checksum targetChecksum() throws SQLException {
    try (Connection connection = options.target().connect("checksum")) {
      connection.setAutoCommit(false);
      return checksum(connection, options.into(), "true");
    }
  }

  private Checksum checksum(Connection connection, String table, String where) throws SQLException {
    TableName name = Catalog.describe(connection, TableName.parse(table)).name();
    return Checksum.of(connection, schema().names(), name.sql() + " AS t", where);
  }

  /** Lets the snapshot and the job go. */
  @Override
  public void close() throws SQLException {
    close(snapshot, job);
  }

  private static void close(@Nullable HeldSnapshot snapshot, @Nullable LedgerJob job)
      throws SQLException {
    try (snapshot;
        job) {}
  }
}
