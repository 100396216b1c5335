// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.connect.Fault;
import dev.millrace.dialect.TableWriter;
import dev.millrace.ledger.RejectWriter;
import dev.millrace.ledger.Rejected;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes blocks of which some rows are refused, all others: what fails is tried again by halves,
 * each from a savepoint, down to the row. A bad row among n costs two statements a level, 2 log2(n)
 * in all. Rows keep their order. Used once, within a transaction.
 */
final class Bisection {

  private final TableWriter writer;
  private final RejectWriter rejects;
  private final Connection connection;
  private final Runnable progress;
  private final List<Rejected> rejected = new ArrayList<>();

  Bisection(TableWriter writer, RejectWriter rejects, Connection connection, Runnable progress) {
    this.writer = writer;
    this.rejects = rejects;
    this.connection = connection;
    this.progress = progress;
  }

  /**
   * Writes the rows that are not refused.
   *
   * @return those that are, in order
   * @throws dev.millrace.ledger.RejectLimitException when there are too many
   * @throws SQLException when it fails for another reason than a row
   */
  List<Rejected> write(List<Block> blocks) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Else they are not checked before the commit, which refuses all or nothing.
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    }
    for (Block block : blocks) {
      part(block);
    }
    return rejected;
  }

  private void part(Block block) throws SQLException {
    if (block.rows() == 0) {
      return;
    }
    Savepoint before = connection.setSavepoint();
    try {
      writer.write(connection, List.of(block), progress);
      connection.releaseSavepoint(before);
      writer.again(connection);
      return;
    } catch (SQLException failure) {
      if (Fault.of(failure) != Fault.DATA) {
        throw failure;
      }
      connection.rollback(before);
      connection.releaseSavepoint(before);
      if (block.rows() == 1) {
        reject(new Rejected(block, failure));
        return;
      }
    }
    int half = block.rows() / 2;
    part(rows(block, 0, half));
    part(rows(block, half, block.rows()));
  }

  private void reject(Rejected row) throws SQLException {
    rejected.add(row);
    if (rejected.size() > rejects.most()) {
      throw rejects.limit(row.why());
    }
  }

  private static Block rows(Block block, int from, int to) {
    BlockBuilder rows = new BlockBuilder(block.schema());
    for (int row = from; row < to; row++) {
      rows.appendFrom(block, row);
    }
    return rows.build(block.origin());
  }
}
