// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import dev.millrace.block.BlockSchema;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Checksum;
import dev.millrace.dialect.TableName;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;

/**
 * Copies one table into another: {@link ReadTable} under a snapshot held for the run, then {@link
 * WriteTable}. All that can be wrong is found when it is opened, before a row is read.
 */
public final class Sync implements AutoCloseable {

  private final SyncOptions options;
  private final @Nullable HeldSnapshot snapshot;
  private final ReadTable.Planned read;
  private final WriteTable write;

  private Sync(
      SyncOptions options,
      @Nullable HeldSnapshot snapshot,
      ReadTable.Planned read,
      WriteTable write) {
    this.options = options;
    this.snapshot = snapshot;
    this.read = read;
    this.write = write;
  }

  /**
   * Takes the snapshot and plans the copy.
   *
   * @throws IllegalArgumentException when a table or column does not exist or does not fit
   * @throws SQLException when a server does not answer or refuses
   */
  public static Sync open(SyncOptions options) throws SQLException {
    HeldSnapshot snapshot = HeldSnapshot.export(options.source());
    try {
      return plan(options, snapshot);
    } catch (SQLException | RuntimeException failure) {
      snapshot.close();
      throw failure;
    }
  }

  /**
   * Plans the copy without a snapshot, for a run that goes on when this process has ended: it reads
   * by ranges of a key, and each part of a split sees the moment at which it was read.
   *
   * @throws IllegalArgumentException when a table or column does not exist or does not fit
   * @throws SQLException when a server does not answer or refuses
   */
  public static Sync openUnheld(SyncOptions options) throws SQLException {
    return plan(options, null);
  }

  private static Sync plan(SyncOptions options, @Nullable HeldSnapshot snapshot)
      throws SQLException {
    WriteTable write = WriteTable.into(options.target(), options.into());
    if (options.mode() == SyncOptions.Mode.UPSERT) {
      write = write.upsert(options.key().toArray(String[]::new));
    }
    ReadTable read =
        ReadTable.from(options.source(), options.table())
            .columns(options.columns().toArray(String[]::new))
            .where(options.where())
            .blockSize(options.blockSize())
            .parallelism(options.parallelism());
    ReadTable.Planned planned =
        (snapshot == null ? read : read.underSnapshot(snapshot.ref())).plan();
    write.plan(planned.schema());
    return new Sync(options, snapshot, planned, write);
  }

  /** Whether all reads see one moment. */
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

  /** Lets the snapshot go. */
  @Override
  public void close() throws SQLException {
    if (snapshot != null) {
      snapshot.close();
    }
  }
}
