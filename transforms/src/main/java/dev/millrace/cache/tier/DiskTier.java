// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import com.google.common.hash.Hashing;
import dev.millrace.cache.tier.DiskLog.Body;
import dev.millrace.cache.tier.DiskLog.Located;
import dev.millrace.cache.tier.EntryFormat.Damaged;
import dev.millrace.cache.tier.EntryFormat.Decoded;
import dev.millrace.cache.tier.EntryFormat.Found;
import dev.millrace.observe.Events;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries in files of this machine, which outlive the process, also one that is killed. Each
 * process, and each tier within one, has a folder of its own; one that is started again finds a
 * folder with entries.
 *
 * <p>Freshness: that of its entries, and that of the folder: what another process removed from its
 * own is not removed from this one. Where a disk is full, or fails, entries are dropped.
 *
 * <p>Holds up to 43 bytes of heap for each entry, and for each thread that asks or writes some
 * entries.
 */
public final class DiskTier implements Tier {

  /** What is written at a time. */
  private static final int BATCH_BYTES = 1 << 20;

  private static final int BATCH_KEYS = 1_000;

  private final DiskSettings settings;
  private final Clock clock;
  private final TierMeter meter;
  private final EntryFormat format;
  private final Path path;
  private @Nullable DiskFolder folder;
  private volatile @Nullable DiskLog log;
  private volatile boolean failing;

  private DiskTier(String cache, DiskSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.meter = new TierMeter(cache, "disk");
    this.format = new EntryFormat(cache, settings.format());
    this.path = Path.of(settings.folder(), cache);
    try {
      folder = DiskFolder.take(path, settings.processes());
      log =
          DiskLog.open(
              folder.path(), settings.bytes().bytes(), settings.entries(), meter::evictions);
    } catch (IOException failure) {
      failed(failure);
      release();
    }
    meter.show(this);
  }

  /**
   * A tier of a cache. If there is no folder to be had it has no entries, and an event says why.
   *
   * @param cache its name: letters, digits, dots, dashes and underscores
   * @param clock of this machine
   * @throws IllegalArgumentException if the name, or the secret of the format, is not allowed
   * @throws IllegalStateException if the secret is not where it should be
   */
  public static DiskTier open(String cache, DiskSettings settings, Clock clock) {
    return new DiskTier(Name.checked("cache", cache), settings, clock);
  }

  /** Whether it has a folder. */
  boolean isOpen() {
    return log != null;
  }

  private static long hash(CacheKey key) {
    return Hashing.murmur3_128().hashBytes(key.bytes()).asLong();
  }

  private static List<Long> hashes(Collection<CacheKey> keys) {
    return keys.stream().map(DiskTier::hash).toList();
  }

  @Override
  public Map<CacheKey, Entry> get(Collection<CacheKey> keys) {
    List<CacheKey> asked = List.copyOf(new LinkedHashSet<>(keys));
    Map<CacheKey, Entry> found = new HashMap<>();
    DiskLog open = log;
    int failed = open == null ? asked.size() : get(open, asked, found);
    meter.answered(asked.size(), found.values(), failed, clock.millis());
    return found;
  }

  /** Returns of how many keys it is not known what there was. */
  private int get(DiskLog open, List<CacheKey> keys, Map<CacheKey, Entry> found) {
    List<@Nullable Located> places = open.locate(hashes(keys));
    // In the order of the disk.
    List<Integer> order =
        IntStream.range(0, keys.size())
            .filter(i -> places.get(i) != null)
            .boxed()
            .sorted(Comparator.comparingLong(i -> place(places.get(i))))
            .toList();
    Keeping keeping = new Keeping(open);
    int failed = 0;
    for (int i : order) {
      Located located = places.get(i);
      if (located != null && !get(open, keys.get(i), located, found, keeping)) {
        failed++;
      }
    }
    keeping.write();
    return failed;
  }

  private static long place(@Nullable Located located) {
    return located == null ? DiskIndex.NONE : located.place();
  }

  /** Whether it is known what there is. */
  private boolean get(
      DiskLog open, CacheKey key, Located located, Map<CacheKey, Entry> found, Keeping keeping) {
    byte[] body;
    try {
      body = located.read();
    } catch (IOException unreadable) {
      body = null;
    }
    Decoded decoded = body == null ? new Damaged("record") : format.decode(body, key);
    if (body != null && decoded instanceof Found there) {
      found.put(key, there.entry());
      if (there.entry().isFresh(clock.millis()) && open.isNextToGo(located)) {
        keeping.add(located, body);
      }
    }
    return !(decoded instanceof Damaged && open.drop(located));
  }

  /** What is in use, and would go soon. */
  private final class Keeping {
    private final DiskLog open;
    private final List<Located> places = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private long bytes;

    Keeping(DiskLog open) {
      this.open = open;
    }

    void add(Located located, byte[] body) {
      places.add(located);
      bodies.add(body);
      bytes += body.length;
      if (bytes >= BATCH_BYTES) {
        write();
      }
    }

    void write() {
      try {
        open.keep(places, bodies);
      } catch (IOException failure) {
        failed(failure);
      }
      places.clear();
      bodies.clear();
      bytes = 0;
    }
  }

  @Override
  public void put(Map<CacheKey, Entry> entries) {
    DiskLog open = log;
    if (open == null) {
      meter.dropped("away", entries.size());
      return;
    }
    int most = Math.min(BATCH_KEYS, settings.entries());
    List<Body> batch = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<CacheKey, Entry> each : entries.entrySet()) {
      byte[] body = format.encode(each.getKey(), each.getValue());
      if (body == null || body.length > settings.bytes().bytes() / 2) {
        meter.dropped("large", 1);
        remove(List.of(each.getKey()));
        continue;
      }
      batch.add(new Body(hash(each.getKey()), body));
      bytes += body.length;
      if (bytes >= BATCH_BYTES || batch.size() >= most) {
        write(open, batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
    }
    write(open, batch);
  }

  private void write(DiskLog open, List<Body> batch) {
    if (batch.isEmpty()) {
      return;
    }
    try {
      open.append(batch);
      if (failing) {
        failing = false;
        Events.add("cache", "Entries are kept in %s again".formatted(path));
      }
    } catch (IOException failure) {
      meter.dropped("failed", batch.size());
      failed(failure);
    }
  }

  private void failed(IOException failure) {
    if (!failing) {
      failing = true;
      Events.add("cache", "Cannot keep entries in %s: %s".formatted(path, failure.getMessage()));
    }
  }

  @Override
  public void remove(Collection<CacheKey> keys) {
    DiskLog open = log;
    if (open != null) {
      try {
        open.remove(hashes(keys));
      } catch (IOException failure) {
        failed(failure);
      }
    }
  }

  @Override
  public void clear() {
    DiskLog open = log;
    if (open != null) {
      try {
        open.clear();
      } catch (IOException failure) {
        failed(failure);
      }
    }
  }

  @Override
  public long entries() {
    DiskLog open = log;
    return open == null ? 0 : open.entries();
  }

  @Override
  public long bytes() {
    DiskLog open = log;
    return open == null ? 0 : open.bytes();
  }

  /** Leaves the entries for the next process. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    meter.hide(this);
    release();
  }

  /** The log before the folder, which is another's from then on. */
  private void release() {
    DiskLog open = log;
    DiskFolder taken = folder;
    log = null;
    folder = null;
    try {
      if (open != null) {
        open.close();
      }
      if (taken != null) {
        taken.close();
      }
    } catch (IOException failure) {
      failed(failure);
    }
  }
}
