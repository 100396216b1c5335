// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.io.ByteArrayOutputStream;
import java.util.Comparator;
import java.util.List;

/** A row of a history. Immutable. */
final class Version {

  private final long since;
  private final byte[] row;

  /**
   * A row.
   *
   * @param since from when on it is valid, as {@link AsOf#instant} has it
   * @param row as {@link RowBytes}
   */
  Version(long since, byte[] row) {
    this.since = since;
    this.row = row;
  }

  /** The rows one after the other, the first valid first. */
  static byte[] inOrder(List<Version> versions) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    versions.stream()
        .sorted(Comparator.comparingLong(version -> version.since))
        .forEach(version -> all.writeBytes(version.row));
    return all.toByteArray();
  }
}
