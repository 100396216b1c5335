// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bodies by the hash of a key, in a row of {@link DiskSegment}s. A new one of a hash takes the
 * place of the one before. At the bound the oldest segment goes, with what is still in it; what is
 * read from it while it is the next to go is written once more, so that what is in use stays.
 *
 * <p>When it is opened, what was lost must not bring back what was replaced or removed: where
 * records are missing in the middle, what is older goes too. Only the end may be missing, as no
 * call had returned that wrote it; that holds while the machine runs, so after its restart a log
 * begins empty where the system tells (Linux).
 *
 * <p>Safe for use by several threads.
 */
final class DiskLog implements AutoCloseable {

  /** A record to write. */
  static final class Body {
    private final long hash;
    private final byte[] bytes;

    Body(long hash, byte[] bytes) {
      this.hash = hash;
      this.bytes = bytes;
    }

    long hash() {
      return hash;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** Of the bound: so much of it goes at a time. */
  private static final int SEGMENTS = 16;

  /** More of them, where keys are replaced again and again below the bound. */
  private static final int MOST_SEGMENTS = 4 * SEGMENTS;

  private static final long LARGEST_SEGMENT = 1L << 30;
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Of the size of records, in an index. */
  private static final int UNIT = 64;

  private static final int MOST_UNITS = 0xFFFF;

  private final Path folder;
  private final long mostBytes;
  private final int mostEntries;
  private final long segmentBytes;
  private final ObjLongConsumer<TierMeter.Eviction> evictions;
  private final DiskIndex index = new DiskIndex();
  private final Deque<DiskSegment> segments = new ArrayDeque<>();
  private long bytes;

  /** The number of the next segment. */
  private long next = 1;

  /** Of the last segment. */
  private int records;

  private boolean closed;

  private DiskLog(
      Path folder, long mostBytes, int mostEntries, ObjLongConsumer<TierMeter.Eviction> evictions) {
    this.folder = folder;
    this.mostBytes = mostBytes;
    this.mostEntries = mostEntries;
    this.segmentBytes = Math.min(mostBytes / SEGMENTS, LARGEST_SEGMENT);
    this.evictions = evictions;
  }

  /**
   * Opens what there is in a folder, or begins anew.
   *
   * @param evictions told of what went, and why
   * @throws IOException if it cannot be read or written
   */
  static DiskLog open(
      Path folder, long mostBytes, int mostEntries, ObjLongConsumer<TierMeter.Eviction> evictions)
      throws IOException {
    DiskLog log = new DiskLog(folder, mostBytes, mostEntries, evictions);
    try {
      log.load();
    } catch (IOException failure) {
      log.close();
      throw failure;
    }
    return log;
  }

  private synchronized void load() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(DiskSegment::isSegment).sorted().toList();
    }
    if (isAnotherBoot(files)) {
      return;
    }
    for (Path file : files) {
      next = DiskSegment.number(file) + 1;
      DiskSegment segment = DiskSegment.open(file);
      if (segment == null) {
        boolean justBegun =
            file.equals(files.get(files.size() - 1)) && Files.size(file) < DiskSegment.HEADER;
        if (!justBegun) {
          forgetAll();
        }
        Files.delete(file);
        continue;
      }
      DiskSegment before = segments.peekLast();
      boolean follows =
          before == null
              || (segment.number() == before.number() + 1 && segment.previous() == before.length());
      if (!follows) {
        forgetAll();
      }
      segments.addLast(segment);
      bytes += segment.length();
      long length = segment.length();
      records = 0;
      if (segment.scan((hash, at, size) -> visit(segment, hash, at, size))
          == DiskSegment.End.DAMAGED) {
        forgetAll();
      } else {
        bytes -= length - segment.length();
      }
    }
    makeRoom(0);
  }

  /** Removes the files where what was written last may have been lost with the machine's memory. */
  private boolean isAnotherBoot(List<Path> files) throws IOException {
    String now;
    try {
      now = Files.readString(BOOT, StandardCharsets.US_ASCII).strip();
    } catch (IOException unknown) {
      return false;
    }
    Path file = folder.resolve("boot");
    if (Files.exists(file) && Files.readString(file, StandardCharsets.ISO_8859_1).equals(now)) {
      return false;
    }
    for (Path each : files) {
      Files.delete(each);
    }
    Files.writeString(file, now, StandardCharsets.US_ASCII);
    return true;
  }

  private void visit(DiskSegment segment, long hash, long offset, int bodyLength) {
    records++;
    if (bodyLength == 0) {
      index.remove(hash);
    } else {
      index.put(hash, place(segment, offset, DiskSegment.RECORD + bodyLength));
    }
  }

  /** Also tells a segment from those that are there at the same time. */
  private static long place(DiskSegment segment, long offset, long size) {
    long units = Math.min((size + UNIT - 1) / UNIT, MOST_UNITS);
    return segment.number() << 48 | units << 32 | offset;
  }

  private static boolean isIn(DiskSegment segment, long place) {
    return place >>> 48 == (segment.number() & 0xFFFF);
  }

  private static long offset(long place) {
    return place & 0xFFFFFFFFL;
  }

  private static int guess(long place) {
    int units = (int) (place >>> 32) & MOST_UNITS;
    return units == MOST_UNITS ? DiskSegment.RECORD : units * UNIT;
  }

  /** What there is of a hash, and where. */
  record Located(long hash, long place, DiskSegment segment) {

    /**
     * Its bytes; null if they are not what they were, or have gone meanwhile.
     *
     * @throws IOException if they cannot be read
     */
    byte @Nullable [] read() throws IOException {
      return segment.body(offset(place), guess(place), hash);
    }
  }

  /** Where bodies are; null for those that there are not. In the order of the hashes. */
  synchronized List<@Nullable Located> locate(List<Long> hashes) {
    List<@Nullable Located> all = new ArrayList<>(hashes.size());
    for (long hash : hashes) {
      long place = index.get(hash);
      all.add(place == DiskIndex.NONE ? null : located(hash, place));
    }
    return all;
  }

  private @Nullable Located located(long hash, long place) {
    for (DiskSegment segment : segments) {
      if (isIn(segment, place)) {
        return new Located(hash, place, segment);
      }
    }
    return null;
  }

  /** Whether it goes with the next segment that does, so that it is worth writing again. */
  synchronized boolean isNextToGo(Located located) {
    return located.segment() == segments.peekFirst()
        && segments.size() > 1
        && (bytes + 2 * segmentBytes > mostBytes
            || index.size() + 2 * segmentEntries() > mostEntries
            || segments.size() + 1 >= MOST_SEGMENTS);
  }

  private int segmentEntries() {
    return Math.max(1, mostEntries / SEGMENTS);
  }

  /**
   * Writes bodies, all or none. What there was of them is gone in either case.
   *
   * @throws IOException if they could not be written
   */
  synchronized void append(List<Body> bodies) throws IOException {
    for (Body body : bodies) {
      index.remove(body.hash());
    }
    write(bodies);
  }

  /**
   * Writes bodies once more that are about to go, but for those that were replaced meanwhile.
   *
   * @throws IOException if they could not be written
   */
  synchronized void keep(List<Located> read, List<byte[]> bodies) throws IOException {
    List<Body> kept = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      if (index.get(read.get(i).hash()) == read.get(i).place()) {
        kept.add(new Body(read.get(i).hash(), bodies.get(i)));
      }
    }
    write(kept);
  }

  private void write(List<Body> bodies) throws IOException {
    int size = bodies.stream().mapToInt(body -> DiskSegment.RECORD + body.bytes().length).sum();
    if (closed || size == 0) {
      return;
    }
    DiskSegment segment = makeRoom(size);
    if (segment == null) {
      segment = begin();
    }
    byte[] chunk = new byte[size];
    long from = segment.length();
    int at = 0;
    for (Body body : bodies) {
      at = segment.record(chunk, at, from, body.hash(), body.bytes());
    }
    segment.append(chunk);
    bytes += size;
    long offset = from;
    for (Body body : bodies) {
      visit(segment, body.hash(), offset, body.bytes().length);
      offset += DiskSegment.RECORD + body.bytes().length;
    }
    makeRoom(0);
  }

  private DiskSegment begin() throws IOException {
    DiskSegment before = segments.peekLast();
    DiskSegment segment = DiskSegment.create(folder, next, before == null ? 0 : before.length());
    next++;
    records = 0;
    segments.addLast(segment);
    bytes += segment.length();
    return segment;
  }

  /**
   * Lets old segments go until there is room.
   *
   * @return the segment to write to; null if a new one is to be begun
   */
  private @Nullable DiskSegment makeRoom(long size) throws IOException {
    DiskSegment last = segments.peekLast();
    boolean fits =
        last != null
            && last.length() + size <= segmentBytes
            && records < segmentEntries()
            && (index.size() <= mostEntries || segments.size() > 1);
    DiskSegment current = fits ? last : null;
    int kept = fits ? 1 : 0;
    long needed = size + (fits ? 0 : DiskSegment.HEADER);
    while (segments.size() > kept
        && (bytes + needed > mostBytes
            || index.size() > mostEntries
            || segments.size() > MOST_SEGMENTS)) {
      evictions.accept(TierMeter.Eviction.SIZE, dropFirst());
    }
    return current;
  }

  /** Returns how many entries went with it. */
  private int dropFirst() throws IOException {
    DiskSegment first = segments.removeFirst();
    bytes -= first.length();
    int gone = index.retain(place -> !isIn(first, place));
    first.delete();
    return gone;
  }

  /**
   * Forgets hashes, also for those who open it later.
   *
   * @throws IOException if it could not be written down; then all is forgotten
   */
  synchronized void remove(Collection<Long> hashes) throws IOException {
    List<Body> known = new ArrayList<>();
    Set<Long> once = new HashSet<>(hashes);
    for (long hash : once) {
      if (index.remove(hash)) {
        known.add(new Body(hash, new byte[0]));
      }
    }
    try {
      write(known);
    } catch (IOException failure) {
      try {
        forgetAll();
      } catch (IOException worse) {
        failure.addSuppressed(worse);
      }
      throw failure;
    }
  }

  /**
   * Forgets one that is not what it was.
   *
   * @return false if it had gone already, or was replaced
   */
  synchronized boolean drop(Located located) {
    boolean there = !closed && index.get(located.hash()) == located.place();
    if (there) {
      index.remove(located.hash());
      evictions.accept(TierMeter.Eviction.DAMAGED, 1);
    }
    return there;
  }

  /** Forgets all. */
  synchronized void clear() throws IOException {
    index.clear();
    forgetAll();
  }

  /** The oldest first, as for every removal there may be something older that it removed. */
  private void forgetAll() throws IOException {
    int count = index.size();
    index.clear();
    if (count > 0) {
      evictions.accept(TierMeter.Eviction.REBUILT, count);
    }
    while (!segments.isEmpty()) {
      dropFirst();
    }
  }

  synchronized long entries() {
    return index.size();
  }

  synchronized long bytes() {
    return bytes;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    index.clear();
    bytes = 0;
    while (!segments.isEmpty()) {
      segments.removeFirst().close();
    }
  }
}
