// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.ledger.Interval;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a table that is still to be read. */
sealed interface Range extends Serializable {

  /** Of which nothing is left. */
  Range NOTHING = new NullKeys(true);

  /** Whether nothing is left. */
  boolean isEmpty();

  /** Where it begins, for people. */
  String start();

  /**
   * Pages of a heap, meaningful under one snapshot only.
   *
   * @param from the first page
   * @param skip rows of the pages from {@code from} to {@code end} that were read already; their
   *     order is the pages' own and cannot change under a snapshot
   * @param end the page after those that {@code skip} counts the rows of; it may be less than all
   *     of them, never more
   * @param to the page after the last
   * @param last whether it goes on beyond {@code to}, to the end of the table
   */
  record Pages(long from, long skip, long end, long to, boolean last) implements Range {

    /** Pages of which nothing was read. */
    static Pages of(long from, long to, boolean last) {
      return new Pages(from, 0, from, to, last);
    }

    @Override
    public boolean isEmpty() {
      return from >= to;
    }

    @Override
    public String start() {
      return from + "+" + skip;
    }
  }

  /**
   * Rows by key, in the order of the key. Positions are as the server writes its values as text.
   *
   * @param low exclusive; null for the first row
   * @param high inclusive; null for the last row
   */
  record Keys(@Nullable List<String> low, @Nullable List<String> high) implements Range {
    @Override
    public boolean isEmpty() {
      return false;
    }

    @Override
    public String start() {
      return low == null ? "" : String.join(",", low);
    }
  }

  /**
   * Rows by key that a ledger does not have yet.
   *
   * @param epoch the attempt that was begun; 0 before, when what is left is not known
   * @param left in order
   */
  record Gaps(long epoch, List<Interval> left) implements Range {

    /** Before the ledger was asked. */
    static final Gaps UNKNOWN = new Gaps(0, List.of());

    public Gaps {
      left = List.copyOf(left);
    }

    @Override
    public boolean isEmpty() {
      return epoch > 0 && left.isEmpty();
    }

    @Override
    public String start() {
      return left.isEmpty() ? "" : left.get(0).lowText();
    }
  }

  /**
   * The rows in which a column of the key is NULL, which have no order.
   *
   * @param done whether they were read
   */
  record NullKeys(boolean done) implements Range {
    @Override
    public boolean isEmpty() {
      return done;
    }

    @Override
    public String start() {
      return "NULL";
    }
  }
}
