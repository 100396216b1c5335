// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Column;
import dev.millrace.block.ColumnBuilder;
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
  // The row before, for who wants to know its key.
  private byte[] lastMessage = message;
  private int lastAt;
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
    if (!hasNext()) {
      return END;
    }
    int start = at;
    lastMessage = message;
    lastAt = at;
    int fields = (short) Wire.SHORT.get(message, at);
    at += 2;
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
        decode(i, message, at, length, target.column(i));
        at += length;
      }
    }
    return at - start;
  }

  /**
   * Whether another row follows.
   *
   * @throws SQLException when the server fails
   */
  public boolean hasNext() throws SQLException {
    if (at == message.length && !receive()) {
      return false;
    }
    if ((short) Wire.SHORT.get(message, at) != Wire.TRAILER) {
      return true;
    }
    // The server still has to say that all went well.
    while (receive()) {}
    return false;
  }

  /** Appends the next row, which {@link #hasNext} promised. */
  public void append(BlockBuilder target) throws SQLException {
    next(target);
  }

  /** Some columns of the row appended last, as a block of that row. */
  public Block last(BlockSchema columns) throws SQLException {
    return pick(lastMessage, lastAt, columns);
  }

  /** Some columns of the next row, which {@link #hasNext} promised, as a block of that row. */
  public Block peek(BlockSchema columns) throws SQLException {
    return pick(message, at, columns);
  }

  private Block pick(byte[] message, int row, BlockSchema columns) throws SQLException {
    BlockBuilder picked = new BlockBuilder(columns);
    int from = row + 2;
    for (int i = 0; i < schema.size(); i++) {
      int length = (int) Wire.INT.get(message, from);
      from += 4;
      int wanted = columns.names().indexOf(schema.column(i).name());
      if (wanted >= 0 && length < 0) {
        picked.column(wanted).appendNull();
      } else if (wanted >= 0) {
        decode(i, message, from, length, picked.column(wanted));
      }
      from += Math.max(0, length);
    }
    return picked.build(Origin.NONE);
  }

  private void decode(int field, byte[] source, int from, int length, ColumnBuilder target)
      throws SQLException {
    try {
      decoders[field].decode(source, from, length, target);
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
  private String key(byte[] row) throws SQLException {
    List<String> key = read.table().rowKey().orElse(List.of());
    List<Column> columns =
        schema.columns().stream().filter(column -> key.contains(column.name())).toList();
    if (columns.isEmpty()) {
      return "";
    }
    int start = Arrays.mismatch(row, Wire.HEADER) == Wire.HEADER.length ? Wire.HEADER.length : 0;
    Block picked = pick(row, start, new BlockSchema(columns));
    StringBuilder found = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      found.append(", ").append(columns.get(i).name()).append(" = ");
      found.append(shown(picked.column(i)));
    }
    return found.toString();
  }

  private static String shown(BlockColumn value) {
    try {
      return String.valueOf(value.value(0));
    } catch (ArithmeticException special) {
      // Java has no object for it.
      return "(" + special.getMessage() + ")";
    }
  }

  /** Stops the query if it has not ended; the transaction is then good for a rollback only. */
  @Override
  public void close() throws SQLException {
    if (!copy.isActive() || connection.isClosed()) {
      return;
    }
    // Not cancelCopy: it reads none of what is on the way, which the next statement then takes for
    // its own answer, and each after it for that of the one before.
    connection.unwrap(PGConnection.class).cancelQuery();
    try {
      while (copy.readFromCopy() != null) {}
    } catch (SQLException cancelled) {
      // As it was asked for.
    } catch (OutOfMemoryError failure) {
      connection.unwrap(PgConnection.class).abort(Runnable::run);
    }
  }
}
