// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why rows are rejected, told apart so far as a metric can: what is none of these is {@link
 * #OTHER}. What a database refuses goes by the beginning of its SQLState.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error
 *     codes</a>
 */
public enum RejectReason {
  NOT_NULL_VIOLATION("23502"),
  FOREIGN_KEY_VIOLATION("23503"),
  UNIQUE_VIOLATION("23505"),
  CHECK_VIOLATION("23514"),
  EXCLUSION_VIOLATION("23P01"),
  /** Of another constraint. */
  INTEGRITY_CONSTRAINT_VIOLATION("23"),
  STRING_DATA_RIGHT_TRUNCATION("22001"),
  NUMERIC_VALUE_OUT_OF_RANGE("22003"),
  INVALID_TEXT_REPRESENTATION("22P02"),
  /** Another wrong value. */
  DATA_EXCEPTION("22"),
  /** Of a view. */
  WITH_CHECK_OPTION_VIOLATION("44"),
  /** As of the size of an index's entry. */
  PROGRAM_LIMIT_EXCEEDED("54"),
  /** By a trigger. */
  RAISE_EXCEPTION("P0001"),
  /** A line of a file that is none. */
  MALFORMED_RECORD(null),
  /** A value that a pipeline does not take. */
  INVALID_VALUE(null),
  OTHER("");

  private static final String LABEL = "reason";

  private final @Nullable String beginning;

  RejectReason(@Nullable String beginning) {
    this.beginning = beginning;
  }

  /**
   * The one of an SQLState.
   *
   * @param state null if there is none
   */
  public static RejectReason ofSqlState(@Nullable String state) {
    String known = state == null ? "" : state;
    return Arrays.stream(values())
        .filter(reason -> reason.beginning != null && known.startsWith(reason.beginning))
        .max(Comparator.comparingInt(reason -> String.valueOf(reason.beginning).length()))
        .orElse(OTHER);
  }

  /** As in {@code unique_violation}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Counts rows that were rejected for it, within a DoFn's call. */
  public void count(long rows) {
    Measure.ROWS_REJECTED.add(LABEL, label(), rows);
  }
}
