// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.postgresql.jdbc.PgConnection;

/**
 * The rows of a query, streamed by {@code COPY ... TO STDOUT (FORMAT binary)} straight into a block
 * builder. One message of the protocol is held at a time. Not safe for use by several threads.
 */
public final class CopyReader implements AutoCloseable {

  /**
   * How many times as much room a value takes at most in a block as in its message: a NULL of a
   * decimal of 32 bytes comes as 4. To ask a builder for its size is as dear as to decode some
   * columns, so of the bytes that are missing one part in so many comes without a look.
   */
  private static final int GROWTH = 8;

  private static final int END = -1;

  private final TableRead read;
  private final BlockSchema schema;
  private final FieldDecoder[] decoders;
  private final CopyOut copy;
  private final Connection connection;
  private final RowLimit limit;
  private byte[] message = new byte[0];
  private int at;
  private boolean started;
  private boolean ended;

  /**
   * Starts a query whose columns are those of {@code read}. Within a transaction, if a column is
   * read as text: settings then hold until its end.
   *
   * @throws SQLException when the server refuses the query
   */
  public CopyReader(Connection connection, TableRead read, String query) throws SQLException {
    this(connection, read, query, RowLimit.ofThisJvm(read.table()));
  }

  CopyReader(Connection connection, TableRead read, String query, RowLimit limit)
      throws SQLException {
    this.connection = connection;
    this.limit = limit;
    this.read = read;
    this.schema = read.schema();
    this.decoders = read.decoders();
    if (read.readsText()) {
      TextForm.settle(connection);
    }
    this.copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY (" + query + ") TO STDOUT (FORMAT binary)");
  }

  /**
   * Appends rows until the builder holds so many bytes or the query has ended.
   *
   * @return false when the query has ended
   * @throws SQLException when the server fails, or sends a value that a block cannot carry
   */
  public boolean fill(BlockBuilder target, long bytes) throws SQLException {
    long missing = bytes - target.bytes();
    long unseen = missing / GROWTH;
    while (missing > 0) {
      int length = next(target);
      if (length == END) {
        return false;
      }
      unseen -= length;
      if (unseen <= 0) {
        missing = bytes - target.bytes();
        unseen = missing / GROWTH;
      }
    }
    return true;
  }

  /** Appends the next row and returns how long it was in its message, or {@link #END}. */
  private int next(BlockBuilder target) throws SQLException {
    if (at == message.length && !receive()) {
      return END;
    }
    int start = at;
    int fields = (short) Wire.SHORT.get(message, at);
    at += 2;
    if (fields == Wire.TRAILER) {
      // The server still has to say that all went well.
      while (receive()) {}
      return END;
    }
    if (fields != decoders.length) {
      throw new SQLException(
          "Cannot read "
              + read.table().name()
              + ": a row has "
              + fields
              + " fields where "
              + decoders.length
              + " were expected");
    }
    for (int i = 0; i < fields; i++) {
      int length = (int) Wire.INT.get(message, at);
      at += 4;
      if (length < 0) {
        target.column(i).appendNull();
      } else {
        decode(i, length, target);
        at += length;
      }
    }
    return at - start;
  }

  private void decode(int field, int length, BlockBuilder target) throws SQLException {
    try {
      decoders[field].decode(message, at, length, target.column(field));
    } catch (ArithmeticException misfit) {
      throw new SQLException(
          "Cannot read column "
              + schema.column(field).name()
              + " of "
              + read.table().name()
              + ": "
              + misfit.getMessage(),
          misfit);
    }
  }

  /** Takes the next message, which holds whole rows: the protocol sends one a row. */
  private boolean receive() throws SQLException {
    byte @Nullable [] received = ended ? null : nextMessage();
    ended = received == null;
    if (received == null) {
      at = 0;
      message = new byte[0];
      return false;
    }
    message = received;
    at = 0;
    if (!started) {
      started = true;
      if (!Arrays.equals(message, 0, Wire.HEADER.length, Wire.HEADER, 0, Wire.HEADER.length)) {
        throw new SQLException(
            "Cannot read " + read.table().name() + ": the server sent no binary COPY header");
      }
      at = Wire.HEADER.length;
      if (at == message.length) {
        return receive();
      }
    }
    return true;
  }

  private byte @Nullable [] nextMessage() throws SQLException {
    try {
      byte @Nullable [] received = copy.readFromCopy();
      if (received != null && limit.isExceededBy(received.length)) {
        throw limit.refusal(received.length, key(received), null);
      }
      return received;
    } catch (SQLException failure) {
      throw limit.refusal(failure);
    } catch (OutOfMemoryError failure) {
      // Its message is still on the way: nobody can use the connection any more.
      ended = true;
      connection.unwrap(PgConnection.class).abort(Runnable::run);
      throw limit.refusal(failure);
    }
  }

  /** The key of a row, as in {@code , id = 7}; empty when the row does not hold one. */
  private String key(byte[] row) {
    List<String> key = read.table().rowKey().orElse(List.of());
    int start = Arrays.mismatch(row, Wire.HEADER) == Wire.HEADER.length ? Wire.HEADER.length : 0;
    int from = start + 2;
    StringBuilder found = new StringBuilder();
    for (int i = 0; i < decoders.length; i++) {
      int length = (int) Wire.INT.get(row, from);
      from += 4;
      Column column = schema.column(i);
      if (length >= 0 && key.contains(column.name())) {
        BlockBuilder one = new BlockBuilder(BlockSchema.of(column));
        decoders[i].decode(row, from, length, one.column(0));
        found.append(", ").append(column.name()).append(" = ").append(shown(one));
      }
      from += Math.max(0, length);
    }
    return found.toString();
  }

  private static String shown(BlockBuilder one) {
    try {
      return String.valueOf(one.build(Origin.NONE).column(0).value(0));
    } catch (ArithmeticException special) {
      // Java has no object for it.
      return "(" + special.getMessage() + ")";
    }
  }

  /** Stops the query if it has not ended; the transaction is then good for a rollback only. */
  @Override
  public void close() throws SQLException {
    if (copy.isActive() && !connection.isClosed()) {
      copy.cancelCopy();
    }
  }
}
