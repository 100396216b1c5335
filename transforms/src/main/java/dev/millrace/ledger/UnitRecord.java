// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a unit of work: a stage for one part of all there is, such as a month.
 *
 * @param stage as in {@code silver}
 * @param part as in {@code 2014-03}
 * @param state what became of it
 * @param attempts to do it since it was done last, the one under way among them
 * @param reason why it failed, or was put off; empty otherwise
 * @param run that changed it last
 * @param begunAt of the last attempt; null before the first
 * @param endedAt of the last attempt; null before the first has ended
 * @param figures of the last attempt that succeeded; zeros before it
 */
public record UnitRecord(
    String stage,
    String part,
    State state,
    int attempts,
    String reason,
    String run,
    @Nullable Instant begunAt,
    @Nullable Instant endedAt,
    Figures figures) {

  /** What became of a unit. */
  public enum State {
    /** It is to be done. */
    PLANNED,
    /** It is being done, or whoever did it has died. */
    RUNNING,
    /** It was done. */
    DONE,
    /** It failed for good. */
    FAILED,
    /** It was done before, and would have come out the same. */
    SKIPPED;

    /** Whether it need not be done unless something has changed. */
    public boolean isDone() {
      return this == DONE || this == SKIPPED;
    }

    /** In small letters, as the table has it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State parse(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * What a unit took.
   *
   * @param read rows, 0 or more
   * @param written rows, 0 or more
   * @param rejected rows, 0 or more
   * @param seconds from its start to its last commit, 0 or more
   */
  public record Figures(long read, long written, long rejected, double seconds) {

    /** Of a unit that was never done. */
    public static final Figures ZERO = new Figures(0, 0, 0, 0);
  }
}
