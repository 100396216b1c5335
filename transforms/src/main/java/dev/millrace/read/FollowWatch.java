// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.horizon.Holder;
import dev.millrace.horizon.Look;
import dev.millrace.horizon.Recount;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.Position;
import dev.millrace.observe.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over a table that is followed: how far behind it is, who holds it back, and what came
 * late. Used by one thread.
 */
final class FollowWatch {

  private static final Logger LOG = LoggerFactory.getLogger(FollowWatch.class);

  /** What came late is counted once in so many polls, by a query on the source. */
  private static final int POLLS = 10;

  private final String table;
  private final Following following;
  private final Optional<Recount> recount;
  private @Nullable Instant told;
  private Recount.@Nullable Seen seen;

  FollowWatch(ReadPlan plan, Following following) {
    this.table = plan.read().table().name().toString();
    this.following = following;
    this.recount = Recount.of(plan.read(), following.horizon().column());
  }

  /**
   * Measures how far the table is behind, and names who has held it back for too long.
   *
   * @param read up to when all is read by the source's clock, rows that may come late aside; null
   *     if that is not known yet
   */
  void looked(Look look, @Nullable Instant read) {
    Level.HORIZON_LAG.set(look.horizonLag());
    Level.FRESHNESS.set(freshness(look, read));
    HeldBack.looked(table, look, following.patience());
    boolean due = told == null || !look.serverTime().isBefore(told.plus(following.patience()));
    if (due) {
      for (Holder holder : look.holdersOf(following.patience())) {
        told = look.serverTime();
        LOG.warn("{} is held back. {}", table, holder.sentence());
      }
    }
  }

  /** Of what was complete at the look nothing may have been read yet. */
  static Duration freshness(Look look, @Nullable Instant read) {
    Duration behind = look.behind();
    Duration unread = read == null ? behind : Duration.between(read, look.serverTime());
    return unread.compareTo(behind) > 0 ? unread : behind;
  }

  /** All that was complete at a look has been read. */
  void read(Look look) {
    Level.FRESHNESS.set(look.behind());
  }

  void close() {
    HeldBack.forget(table);
  }

  /** Whether to count what came late. */
  boolean isRecountDue(Instant now) {
    return recount.isPresent()
        && (seen == null || !now.isBefore(seen.at().plus(following.poll().multipliedBy(POLLS))));
  }

  /**
   * Counts what came late since the last time, and enters it.
   *
   * @param source not within a transaction
   * @param target with auto-commit off
   * @param complete up to where all was read; null for nothing
   */
  void recount(Connection source, Connection target, Ledger ledger, @Nullable Position complete)
      throws SQLException {
    if (complete == null) {
      return;
    }
    Recount.Seen before = seen;
    Recount.Found found = Recount.Found.NOTHING;
    if (before != null) {
      found = recount.orElseThrow().since(source, before, before.read()).orElse(found);
    }
    seen = recount.orElseThrow().see(source, complete.values().get(0)).orElse(before);
    if (seen != null && (before == null || found.late() > 0)) {
      ledger.recounted(target, seen, found);
    }
    if (found.behind() > 0) {
      LOG.warn(
          "{} rows of {} came below {}, up to where it had been read: by {} not all is found",
          found.behind(),
          table,
          before == null ? "" : before.read(),
          following.horizon().column());
    }
  }
}
