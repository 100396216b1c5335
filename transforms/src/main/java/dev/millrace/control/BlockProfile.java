// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.util.Locale;

/**
 * How large blocks are to be, by what is in them. A profile is the size to ask for; what a heap has
 * no room for is cut smaller, see {@link ReadBudget}.
 */
public enum BlockProfile {
  /** Rows on their way from table to table, where a statement for each block is to be rare. */
  ETL(32 << 10),
  /** Columns that are computed with as a whole. */
  ANALYTICS(128 << 10),
  /** Values of some MiB each. */
  IMAGE(256 << 10),
  /** Batches that a model takes at once. */
  ML(512 << 10),
  /** Hardly any memory: as little at once as still costs next to no calls. */
  CONSTRAINED(256);

  private final int kibibytes;

  BlockProfile(int kibibytes) {
    this.kibibytes = kibibytes;
  }

  /** The size to cut blocks at. */
  public ByteSize blockSize() {
    return ByteSize.ofKibibytes(kibibytes);
  }

  /** The name as users write it, as in {@code etl}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
