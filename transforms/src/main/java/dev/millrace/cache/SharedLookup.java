// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A source, opened, and the cache before it, which all threads of this JVM (this class loader)
 * share that look up the same. It opens with its first share and closes with its last.
 */
final class SharedLookup implements AutoCloseable {

  private record Id(String identity, String name, @Nullable CacheSettings settings) {}

  private static final Map<Id, SharedLookup> OPEN = new HashMap<>();

  private final Id id;
  private final LookupSource.Opened source;
  private final @Nullable TieredCache cache;
  private int shares;

  private SharedLookup(Id id, LookupSource source) {
    this.id = id;
    this.source = source.open();
    CacheSettings settings = id.settings();
    this.cache =
        settings == null
            ? null
            : new TieredCache(
                id.name(),
                settings.heap(),
                List.of(),
                settings.timeToLive(),
                SteadyTime.OF_THIS_JVM);
  }

  /** Takes a share. */
  static SharedLookup share(Lookup lookup) {
    LookupSource source = lookup.source();
    Id id = new Id(source.identity(), lookup.name(), lookup.settings());
    synchronized (OPEN) {
      SharedLookup shared = OPEN.computeIfAbsent(id, key -> new SharedLookup(key, source));
      shared.shares++;
      return shared;
    }
  }

  /**
   * What there is for the keys of some rows of a block.
   *
   * @param columns the positions of the key's columns
   * @param keys of each slot of the index
   * @return of each key its rows, as {@link RowBytes}; null where there are none
   */
  byte[] @Nullable [] get(Block block, int[] columns, KeyIndex index, List<CacheKey> keys)
      throws Exception {
    TieredCache.Loader loader =
        slots -> source.load(block, columns, Arrays.stream(slots).map(index::first).toArray());
    byte[] @Nullable [] values = new byte[keys.size()][];
    if (cache == null) {
      Map<CacheKey, byte[]> loaded = loader.load(IntStream.range(0, keys.size()).toArray());
      Arrays.setAll(values, slot -> loaded.get(keys.get(slot)));
    } else {
      Entry[] entries = cache.get(keys, loader);
      Arrays.setAll(values, slot -> entries[slot].value());
    }
    return values;
  }

  /** Gives the share back. */
  @Override
  public void close() {
    synchronized (OPEN) {
      if (--shares == 0) {
        OPEN.remove(id);
        if (cache != null) {
          cache.close();
        }
        source.close();
      }
    }
  }
}
