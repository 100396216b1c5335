// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.control.ByteSize;
import java.io.Serializable;

/**
 * Where on a local disk to keep entries, and how many. Immutable; every with-er returns a new
 * instance.
 *
 * @param folder of this machine, made if it is not there; it has a folder for each cache, and in it
 *     one for each process that has the cache open
 * @param bytes of one cache of one process at most, between 1 MiB and 256 GiB; default 1 GiB
 * @param entries of one cache of one process at most, between 1 and 100,000,000; default 1,000,000.
 *     Each takes up to 43 bytes of heap, and while their number doubles half as much again
 * @param processes that may have one cache open at once, between 1 and 1,000; default 16. Those
 *     beyond have no entries. What is on disk is bounded by this times the bytes
 * @param format how entries are written
 */
public record DiskSettings(
    String folder, ByteSize bytes, int entries, int processes, FormatSettings format)
    implements Serializable {

  private static final ByteSize FEWEST_BYTES = ByteSize.ofMebibytes(1);
  private static final ByteSize MOST_BYTES = ByteSize.ofMebibytes(256 << 10);
  private static final int MOST_ENTRIES = 100_000_000;
  private static final int MOST_PROCESSES = 1_000;

  public DiskSettings {
    if (folder.isBlank()) {
      throw new IllegalArgumentException(
          "Invalid folder of a cache: \"" + folder + "\" (must be a path of this machine)");
    }
    if (bytes.compareTo(FEWEST_BYTES) < 0 || bytes.compareTo(MOST_BYTES) > 0) {
      throw new IllegalArgumentException(
          "Invalid size of a cache on disk: %s (must be between %s and %s)"
              .formatted(bytes, FEWEST_BYTES, MOST_BYTES));
    }
    checkRange("number of entries on disk", entries, MOST_ENTRIES);
    checkRange("number of processes of a cache on disk", processes, MOST_PROCESSES);
  }

  private static void checkRange(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be between 1 and %d)".formatted(what, value, most));
    }
  }

  /** The usual settings for a folder. */
  public static DiskSettings of(String folder) {
    return new DiskSettings(
        folder, ByteSize.ofMebibytes(1024), 1_000_000, 16, FormatSettings.DEFAULT);
  }

  public DiskSettings withBytes(ByteSize newBytes) {
    return new DiskSettings(folder, newBytes, entries, processes, format);
  }

  public DiskSettings withEntries(int newEntries) {
    return new DiskSettings(folder, bytes, newEntries, processes, format);
  }

  public DiskSettings withProcesses(int newProcesses) {
    return new DiskSettings(folder, bytes, entries, newProcesses, format);
  }

  public DiskSettings withFormat(FormatSettings newFormat) {
    return new DiskSettings(folder, bytes, entries, processes, newFormat);
  }
}
