// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Comparison.Result;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table with its copy and mends the copy: rows that are missing or different are copied
 * again, and those that are extra deleted if that was asked for. What was not yet synced is left to
 * the sync. Afterwards the ranges that differed are compared once more.
 *
 * <p>Used by one thread, but for {@link #cancel}.
 */
public final class Repair {

  private final VerifyOptions options;
  private final boolean deleteExtra;
  private @Nullable Verify current;
  private boolean cancelled;

  private Repair(VerifyOptions options, boolean deleteExtra) {
    this.options = options;
    this.deleteExtra = deleteExtra;
  }

  /** Copies rows, and deletes none. */
  public static Repair of(VerifyOptions options) {
    return new Repair(options, false);
  }

  /** Deletes rows that the source does not have as well. */
  public Repair deleteExtra() {
    return new Repair(options, true);
  }

  /**
   * What was mended.
   *
   * @param key the columns by which
   * @param found before
   * @param written rows copied again
   * @param deleted rows deleted
   * @param left in the ranges that had differed, afterwards; what was found when nothing differed
   */
  public record Mended(
      List<String> key, Verification found, long written, long deleted, Verification left) {}

  /**
   * Compares and mends.
   *
   * @throws IllegalArgumentException when the tables cannot be compared, or rows of the source not
   *     be written to the target by their key, before anything is changed
   * @throws SQLException when a server fails or refuses; some rows may be mended by then
   */
  public Mended run() throws SQLException {
    Result found;
    List<String> key;
    long written;
    long deleted;
    try (Verify verify = begin();
        RowRepair rows = RowRepair.open(options, verify.pair(), deleteExtra)) {
      found = verify.compare(null, rows);
      rows.finish();
      key = verify.key();
      written = rows.written();
      deleted = rows.deleted();
    }
    if (found.unequal().isEmpty()) {
      return new Mended(key, found.verification(), written, deleted, found.verification());
    }
    try (Verify verify = begin()) {
      Verification left = verify.compare(found.unequal(), null).verification();
      return new Mended(key, found.verification(), written, deleted, left);
    }
  }

  private Verify begin() throws SQLException {
    Verify verify = Verify.open(options);
    synchronized (this) {
      current = verify;
      if (cancelled) {
        verify.cancel();
      }
    }
    return verify;
  }

  /** Ends what is under way: it fails. Rows already mended stay so. From any thread. */
  public synchronized void cancel() throws SQLException {
    cancelled = true;
    if (current != null) {
      current.cancel();
    }
  }
}
