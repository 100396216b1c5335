// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Which stage each thread was in, and when. Some 12 bytes for each time that one went from a stage
 * to another. Not safe for use by several threads.
 */
final class StageTimes {

  private final Map<Long, Way> ways = new HashMap<>();
  private final Map<String, String> names = new HashMap<>();

  /** A thread went from one stage into another; empty names stand for none. */
  void add(long thread, long nanos, String from, String to) {
    ways.computeIfAbsent(thread, each -> new Way()).add(nanos, one(from), one(to));
  }

  /** Thousands of changes share the few names that there are. */
  private String one(String name) {
    return names.computeIfAbsent(name, each -> each);
  }

  /** The stage that a thread was in; empty for none. */
  String at(long thread, long nanos) {
    Way way = ways.get(thread);
    return way == null ? "" : way.at(nanos);
  }

  /** Of one thread. */
  private static final class Way {
    private long[] times = new long[16];
    private String[] stages = new String[16];
    private int size;

    /** Before the first change; the beginning of a long recording may be lost. */
    private String first = "";

    /** They come nearly in order: each processor's are, and a thread seldom moves to another. */
    void add(long nanos, String from, String to) {
      if (size == times.length) {
        times = Arrays.copyOf(times, 2 * size);
        stages = Arrays.copyOf(stages, 2 * size);
      }
      int at = size;
      while (at > 0 && times[at - 1] > nanos) {
        times[at] = times[at - 1];
        stages[at] = stages[at - 1];
        at--;
      }
      times[at] = nanos;
      stages[at] = to;
      size++;
      if (at == 0) {
        first = from;
      }
    }

    String at(long nanos) {
      int found = Arrays.binarySearch(times, 0, size, nanos);
      int last = found >= 0 ? found : -found - 2;
      return last < 0 ? first : stages[last];
    }
  }
}
