// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What to do with which rows.
 *
 * @param database where the tables are
 * @param table to read; its columns {@code id}, a unique bigint, and {@code payload}, a text, are
 *     read. What comes of each kind goes to the table of that name and {@code _cpu}, {@code
 *     _memory} or {@code _io}, of {@code id} and {@code value}, upserted by {@code id}
 * @param kinds of work, one or more
 * @param pooled whether each kind works within its pool
 * @param digests that are computed of each row, 1 or more
 * @param held while the ranks of a block are computed, 1 KiB or more
 * @param delay of each answer, 0 or more
 * @param blockSize 1 byte or more
 */
public record MixedOptions(
    ConnectionSpec database,
    String table,
    Set<Kind> kinds,
    boolean pooled,
    int digests,
    ByteSize held,
    Duration delay,
    ByteSize blockSize)
    implements Serializable {

  public MixedOptions {
    kinds = Collections.unmodifiableSet(new TreeSet<>(kinds));
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("Invalid kinds: none (must be one or more)");
    }
    if (digests < 1) {
      throw new IllegalArgumentException("Invalid digests: " + digests + " (must be 1 or more)");
    }
    if (held.compareTo(ByteSize.ofKibibytes(1)) < 0) {
      throw new IllegalArgumentException("Invalid bytes held: " + held + " (must be 1KiB or more)");
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("Invalid delay: " + delay + " (must be 0 s or more)");
    }
  }
}
