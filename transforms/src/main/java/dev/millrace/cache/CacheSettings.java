// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a cache keeps what it has, and for how long. Immutable.
 *
 * @param heap how many bytes of the heap it takes at most, for all threads of a JVM together; 0 or
 *     more, default 64 MiB; of a table's small rows some 300,000 keys
 * @param timeToLive how far behind its source what is served may be; default 10 min, of what was
 *     not found 1 min
 * @param disk of this machine, for what the heap has no room for, and for the next run; null, the
 *     default, for none
 * @param redis that other JVMs share; null, the default, for none
 */
public record CacheSettings(
    ByteSize heap,
    TimeToLive timeToLive,
    @Nullable DiskSettings disk,
    @Nullable RedisSettings redis)
    implements Serializable {

  public static final CacheSettings DEFAULT =
      new CacheSettings(
          ByteSize.ofMebibytes(64),
          new TimeToLive(Duration.ofMinutes(10), Duration.ofMinutes(1)),
          null,
          null);

  public CacheSettings withHeap(ByteSize size) {
    return new CacheSettings(size, timeToLive, disk, redis);
  }

  public CacheSettings withTimeToLive(Duration present, Duration absent) {
    return new CacheSettings(heap, new TimeToLive(present, absent), disk, redis);
  }

  public CacheSettings withDisk(DiskSettings newDisk) {
    return new CacheSettings(heap, timeToLive, newDisk, redis);
  }

  public CacheSettings withRedis(RedisSettings newRedis) {
    return new CacheSettings(heap, timeToLive, disk, newRedis);
  }
}
