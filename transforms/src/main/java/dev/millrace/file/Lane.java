// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.beam.sdk.io.range.OffsetRange;

/**
 * Parts of files that are read one after the other, and so need the memory of one. Its positions
 * are a part's number and a position in that part, in one long.
 *
 * @param number of this lane
 * @param lanes of the whole read
 * @param parts 1 to {@value #MOST}
 */
record Lane(int number, int lanes, List<FilePart> parts) implements Serializable {

  private static final int MOST = 1 << 14;
  private static final int PART_BITS = 48;

  Lane {
    parts = List.copyOf(parts);
    if (parts.isEmpty() || parts.size() > MOST) {
      throw new IllegalArgumentException(
          "Invalid number of files to read in a row: "
              + parts.size()
              + " (must be 1 to "
              + MOST
              + "; a higher parallelism has more rows)");
    }
  }

  /**
   * Deals parts out, so that lanes are about as long.
   *
   * @param sized parts and what they weigh
   * @param most lanes
   */
  static List<Lane> deal(List<Sized> sized, int most) {
    int count = Math.min(most, sized.size());
    List<List<FilePart>> dealt = new ArrayList<>();
    long[] weights = new long[count];
    PriorityQueue<Integer> lightest =
        new PriorityQueue<>(
            Comparator.<Integer>comparingLong(lane -> weights[lane]).thenComparing(lane -> lane));
    for (int i = 0; i < count; i++) {
      dealt.add(new ArrayList<>());
      lightest.add(i);
    }
    List<Sized> heaviestFirst = new ArrayList<>(sized);
    heaviestFirst.sort(Comparator.comparingLong(Sized::weight).reversed());
    for (Sized each : heaviestFirst) {
      int lane = lightest.remove();
      dealt.get(lane).add(each.part());
      // Even an empty file is one to open.
      weights[lane] += Math.max(1, each.weight());
      lightest.add(lane);
    }
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lanes.add(new Lane(i, count, dealt.get(i)));
    }
    return lanes;
  }

  /**
   * A part and what it takes to read it.
   *
   * @param weight bytes of the file, about
   * @param held bytes of heap that its reader holds at most, besides the rows it returns
   */
  record Sized(FilePart part, long weight, long held) {}

  OffsetRange range() {
    return new OffsetRange(0, position(parts.size(), 0));
  }

  static long position(int part, long within) {
    return ((long) part << PART_BITS) + within;
  }

  static int part(long position) {
    return (int) (position >>> PART_BITS);
  }

  static long within(long position) {
    return position & ((1L << PART_BITS) - 1);
  }
}
