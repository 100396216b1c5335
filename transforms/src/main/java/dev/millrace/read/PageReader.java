// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.BlockBuilder;
import dev.millrace.control.UnitEstimate;
import dev.millrace.dialect.CopyReader;
import dev.millrace.dialect.TableRead;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Reads ranges of pages, in queries of about as many pages as fill the budget. Rows wider than the
 * estimate overfill it; the query is then broken off and its place kept as a page and a number of
 * rows, which one snapshot makes exact.
 */
final class PageReader implements RangeReader {

  private final TableRead read;
  private final UnitEstimate bytesPerPage;
  private final BlockBuilder rows;

  PageReader(TableRead read, UnitEstimate bytesPerPage) {
    this.read = read;
    this.bytesPerPage = bytesPerPage;
    this.rows = new BlockBuilder(read.schema());
  }

  @Override
  public void read(Connection connection, Claims claims) throws SQLException {
    rows.clear();
    Range.Pages range = (Range.Pages) claims.range();
    while (!range.isEmpty()) {
      // The rows of another number of pages could be fewer than those that are to be skipped.
      long end =
          range.skip() > 0
              ? range.end()
              : Math.min(
                  range.to(), range.from() + bytesPerPage.unitsFor(claims.budget().bytesPerCall()));
      Range.Pages after = Range.Pages.of(end, range.to(), range.last());
      if (!copy(connection, range, end, claims)) {
        return;
      }
      if (after.isEmpty() || claims.blocks() >= claims.budget().blocksPerCall()) {
        if (claims.claim(after)) {
          claims.output(rows);
        }
        return;
      }
      range = after;
    }
  }

  /** Reads the pages before {@code end}; false when it had to stop before. */
  private boolean copy(Connection connection, Range.Pages range, long end, Claims claims)
      throws SQLException {
    long count = range.skip();
    long bytes = 0;
    try (CopyReader copy = new CopyReader(connection, read, query(range, end))) {
      long before = rows.rows();
      while (copy.fill(rows, claims.budget().blockSize().bytes())) {
        count += rows.rows() - before;
        before = 0;
        bytes += rows.bytes();
        if (!claims.claim(new Range.Pages(range.from(), count, end, range.to(), range.last()))) {
          return false;
        }
        claims.output(rows);
        if (claims.blocks() >= 2 * claims.budget().blocksPerCall()) {
          return false;
        }
      }
    }
    if (range.skip() == 0) {
      bytesPerPage.observe(end - range.from(), bytes + rows.bytes());
    }
    return true;
  }

  private String query(Range.Pages range, long end) {
    boolean open = range.last() && end == range.to();
    return read.query(
            "t.ctid >= '("
                + range.from()
                + ",0)'::tid"
                + (open ? "" : " AND t.ctid < '(" + end + ",0)'::tid"))
        + (range.skip() == 0 ? "" : " OFFSET " + range.skip());
  }
}
