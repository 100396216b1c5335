// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Sends blocks by {@code COPY ... FROM STDIN (FORMAT binary)}. Keeps one buffer, as large as {@link
 * #SEND} and the widest row met. Not safe for use by several threads.
 */
final class CopyWriter {

  /** Bytes sent at a time. */
  private static final int SEND = 64 * 1024;

  private final TableWrite write;
  private final FieldEncoder[] encoders;
  private byte[] buffer = new byte[2 * SEND];
  private int at;

  CopyWriter(TableWrite write) {
    this.write = write;
    this.encoders = write.encoders();
  }

  /**
   * Sends blocks into a relation with the columns of {@link TableWrite#names}.
   *
   * @param progress called whenever the server took something
   */
  void send(Connection connection, String into, List<Block> blocks, Runnable progress)
      throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY "
                    + into
                    + " ("
                    + Sql.identifiers(write.names())
                    + ") FROM STDIN (FORMAT binary)");
    try {
      at = 0;
      append(Wire.HEADER);
      for (Block block : blocks) {
        send(block, copy, progress);
      }
      reserve(2);
      Wire.SHORT.set(buffer, at, Wire.TRAILER);
      at += 2;
      copy.writeToCopy(buffer, 0, at);
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void send(Block block, CopyIn copy, Runnable progress) throws SQLException {
    BlockColumn[] columns = new BlockColumn[encoders.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = block.column(write.fields().get(i));
    }
    // Of a row, but for values of variable width.
    int fixed = 2 + columns.length * FieldEncoder.FIXED_LIMIT;
    for (int row = 0; row < block.rows(); row++) {
      reserve(fixed);
      Wire.SHORT.set(buffer, at, (short) columns.length);
      at += 2;
      for (int i = 0; i < columns.length; i++) {
        BlockColumn column = columns[i];
        if (column.isNull(row)) {
          Wire.INT.set(buffer, at, -1);
          at += 4;
        } else {
          if (column.type().isVariable()) {
            reserve(Math.addExact(fixed, column.length(row)));
          }
          at = encoders[i].encode(column, row, buffer, at);
        }
      }
      if (at >= SEND) {
        copy.writeToCopy(buffer, 0, at);
        at = 0;
        progress.run();
      }
    }
  }

  private void append(byte[] bytes) {
    reserve(bytes.length);
    System.arraycopy(bytes, 0, buffer, at, bytes.length);
    at += bytes.length;
  }

  private void reserve(int length) {
    if (length > buffer.length - at) {
      buffer = Arrays.copyOf(buffer, Math.addExact(at, length) + SEND);
    }
  }
}
