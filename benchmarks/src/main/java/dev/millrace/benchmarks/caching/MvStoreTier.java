// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import com.google.common.hash.Hashing;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.EntryFormat;
import dev.millrace.cache.tier.EntryFormat.Found;
import dev.millrace.cache.tier.FormatSettings;
import dev.millrace.cache.tier.Tier;
import java.io.File;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/**
 * The contender: a B-tree of H2's, which writes once a second. It has no bound, which would cost
 * something as well, and its failures are the caller's.
 */
final class MvStoreTier implements Tier {

  private final EntryFormat format = new EntryFormat("bench", FormatSettings.DEFAULT);
  private final File file;
  private final MVStore store;
  private final MVMap<Long, byte[]> map;

  MvStoreTier(Path folder) {
    file = folder.resolve("store.mv").toFile();
    store = new MVStore.Builder().fileName(file.getPath()).cacheSize(32).open();
    map =
        store.openMap(
            "entries",
            new MVMap.Builder<Long, byte[]>()
                .keyType(LongDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));
  }

  private static long hash(CacheKey key) {
    return Hashing.murmur3_128().hashBytes(key.bytes()).asLong();
  }

  @Override
  public Map<CacheKey, Entry> get(Collection<CacheKey> keys) {
    Map<CacheKey, Entry> found = new HashMap<>();
    for (CacheKey key : keys) {
      byte[] bytes = map.get(hash(key));
      if (bytes != null && format.decode(bytes, key) instanceof Found there) {
        found.put(key, there.entry());
      }
    }
    return found;
  }

  @Override
  public void put(Map<CacheKey, Entry> entries) {
    entries.forEach(
        (key, entry) -> {
          byte[] bytes = format.encode(key, entry);
          if (bytes != null) {
            map.put(hash(key), bytes);
          }
        });
  }

  @Override
  public void remove(Collection<CacheKey> keys) {
    keys.forEach(key -> map.remove(hash(key)));
  }

  @Override
  public void clear() {
    map.clear();
  }

  @Override
  public long entries() {
    return map.sizeAsLong();
  }

  @Override
  public long bytes() {
    return file.length();
  }

  @Override
  public void close() {
    store.close();
  }
}
