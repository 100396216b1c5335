// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.control.UnitEstimate;
import dev.millrace.dialect.CopyReader;
import dev.millrace.ledger.CommitPoint;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what a ledger does not have yet, in the order of the key, so that each block is all there
 * is between two positions. A query takes about as many rows as fill the budget; rows wider than
 * the estimate overfill it, and the query is then broken off after a block.
 */
final class LedgerReader implements RangeReader {

  private final KeySql sql;
  private final Ledger ledger;
  private final KeyOrder order;
  private final BlockSchema key;
  private final UnitEstimate bytesPerRow;
  private final BlockBuilder rows;
  private final Pool target;

  LedgerReader(KeySql sql, Ledger ledger, UnitEstimate bytesPerRow) {
    this.sql = sql;
    this.ledger = ledger;
    this.order = ledger.order();
    this.key = sql.read().schema().project(sql.key());
    this.bytesPerRow = bytesPerRow;
    this.rows = new BlockBuilder(sql.read().schema());
    this.target = Pool.share(ledger.spec(), Quota.WRITE);
  }

  /**
   * Begins the attempt. Not when the split is first seen but when it is first worked on, since a
   * runner may repeat the one without the other.
   */
  @Override
  public void prepare(Claims claims) throws SQLException {
    if (claims.range().equals(Range.Gaps.UNKNOWN)) {
      String stage = "begin split of " + ledger.job();
      try (Pool.Acquired acquired = target.acquire(stage)) {
        int split = Integer.parseInt(claims.split().name());
        Ledger.Attempt attempt = ledger.begin(acquired.connection(), split);
        claims.found(new Range.Gaps(attempt.epoch(), attempt.gaps()));
      }
    }
  }

  @Override
  public void read(Connection connection, Claims claims) throws SQLException {
    rows.clear();
    Range.Gaps range = (Range.Gaps) claims.range();
    if (range.isEmpty()) {
      claims.claim(Range.NOTHING);
    }
    while (!range.isEmpty() && claims.blocks() < claims.budget().blocksPerCall()) {
      Range.Gaps after = copy(connection, range, claims);
      if (after.equals(range)) {
        return;
      }
      range = after;
    }
  }

  /**
   * Reads some rows of the first gap.
   *
   * @return what is left; the range itself when the runner took it away, the budget was overrun, or
   *     there was nothing worth a word
   */
  private Range.Gaps copy(Connection connection, Range.Gaps range, Claims claims)
      throws SQLException {
    Interval gap = range.left().get(0);
    Range.Gaps left = range;
    long limit = bytesPerRow.unitsFor(claims.budget().bytesPerCall());
    long count = 0;
    long bytes = 0;
    try (CopyReader copy = new CopyReader(connection, sql.read(), sql.first(gap, limit))) {
      while (copy.fill(rows, claims.budget().blockSize().bytes()) && takeTies(copy)) {
        count += rows.rows();
        bytes += rows.bytes();
        Range.Gaps next = advance(left, order.of(copy.last(key), 0));
        if (!output(left, next, claims) || claims.blocks() >= 2 * claims.budget().blocksPerCall()) {
          bytesPerRow.observe(count, bytes);
          return range;
        }
        left = next;
      }
      count += rows.rows();
      if (count == 0 && claims.isLazy()) {
        claims.leave();
        return range;
      }
      bytesPerRow.observe(count, bytes + rows.bytes());
      Range.Gaps next =
          count < limit
              ? new Range.Gaps(range.epoch(), range.left().subList(1, range.left().size()))
              : advance(left, order.of(copy.last(key), 0));
      return output(left, next, claims) ? next : range;
    }
  }

  /** Takes the rows that share the last one's key; false when no other follows. */
  private boolean takeTies(CopyReader copy) throws SQLException {
    Position last = order.of(copy.last(key), 0);
    while (copy.hasNext()) {
      if (order.compare(order.of(copy.peek(key), 0), last) != 0) {
        return true;
      }
      copy.append(rows);
    }
    return false;
  }

  /** What is left when the first gap was read up to a position. */
  private Range.Gaps advance(Range.Gaps range, Position to) {
    Interval gap = range.left().get(0);
    List<Interval> left = new ArrayList<>(range.left().subList(1, range.left().size()));
    if (gap.high() == null || order.compare(to, gap.high()) < 0) {
      left.add(0, new Interval(to, gap.high()));
    }
    return new Range.Gaps(range.epoch(), left);
  }

  /** Outputs the rows as all there is between the beginnings of two ranges. */
  private boolean output(Range.Gaps before, Range.Gaps after, Claims claims) {
    Interval gap = before.left().get(0);
    boolean within = after.left().size() == before.left().size();
    Interval covered = new Interval(gap.low(), within ? after.left().get(0).low() : gap.high());
    if (!claims.claim(after.isEmpty() ? Range.NOTHING : after)) {
      return false;
    }
    claims.output(rows, before.epoch(), covered);
    CommitPoint.BETWEEN_BLOCKS.reached();
    return true;
  }

  @Override
  public void close() {
    target.close();
  }
}
