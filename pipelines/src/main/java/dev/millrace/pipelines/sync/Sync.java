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

/**
 * Copies one table into another: {@link ReadTable} under a snapshot held for the run, then {@link
 * WriteTable}. All that can be wrong is found when it is opened, before a row is read.
 */
public final class Sync implements AutoCloseable {

  private final SyncOptions options;
  private final HeldSnapshot snapshot;
  private final ReadTable.Planned read;
  private final WriteTable write;

  private Sync(
      SyncOptions options, HeldSnapshot snapshot, ReadTable.Planned read, WriteTable write) {
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
    WriteTable write = WriteTable.into(options.target(), options.into());
    if (options.mode() == SyncOptions.Mode.UPSERT) {
      write = write.upsert(options.key().toArray(String[]::new));
    }
    HeldSnapshot snapshot = HeldSnapshot.export(options.source());
    try {
      ReadTable.Planned read =
          ReadTable.from(options.source(), options.table())
              .columns(options.columns().toArray(String[]::new))
              .where(options.where())
              .key(options.readBy().toArray(String[]::new))
              .underSnapshot(snapshot.ref())
              .blockSize(options.blockSize())
              .parallelism(options.parallelism())
              .plan();
      write.plan(read.schema());
      return new Sync(options, snapshot, read, write);
    } catch (SQLException | RuntimeException failure) {
      snapshot.close();
      throw failure;
    }
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

  /** The checksum of the rows to copy, as the snapshot sees them. Reads all of them. */
  public Checksum sourceChecksum() throws SQLException {
    try (Connection connection = options.source().connect("checksum")) {
      connection.setAutoCommit(false);
      snapshot.ref().begin(connection);
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
    snapshot.close();
  }
}
