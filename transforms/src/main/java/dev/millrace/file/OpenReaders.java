// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The readers of a read that wait for their next call, by lane. A compressed file cannot be gone on
 * with but from its start, so what is open stays open from call to call, whichever of this JVM's
 * instances has it. Safe for use by several threads.
 */
final class OpenReaders {

  private static final Map<String, OpenReaders> READS = new HashMap<>();

  private record Waiting(long position, PartReader reader) {}

  private final Map<Integer, Waiting> waiting = new HashMap<>();
  private int users;

  private OpenReaders() {}

  /** Those of a read, until as many {@link #leave} as have joined. */
  static OpenReaders join(String read) {
    synchronized (READS) {
      OpenReaders readers = READS.computeIfAbsent(read, unused -> new OpenReaders());
      readers.users++;
      return readers;
    }
  }

  /** The last to leave closes what waits. */
  void leave(String read) throws IOException {
    synchronized (READS) {
      if (--users > 0) {
        return;
      }
      READS.remove(read);
    }
    for (Waiting each : waiting.values()) {
      each.reader().close();
    }
  }

  /** Leaves a reader that has come to a position of its lane. */
  void put(int lane, long position, PartReader reader) throws IOException {
    Waiting old;
    synchronized (waiting) {
      old = waiting.put(lane, new Waiting(position, reader));
    }
    if (old != null) {
      old.reader().close();
    }
  }

  /** The reader at a position; null when there is none, as after a restart. */
  @Nullable PartReader take(int lane, long position) throws IOException {
    Waiting found;
    synchronized (waiting) {
      found = waiting.remove(lane);
    }
    if (found == null || found.position() == position) {
      return found == null ? null : found.reader();
    }
    found.reader().close();
    return null;
  }
}
