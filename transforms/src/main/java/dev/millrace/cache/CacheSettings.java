// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import java.io.Serializable;
import java.time.Duration;

/**
 * Where a cache keeps what it has, and for how long. Immutable.
 *
 * @param heap how many bytes of the heap it takes at most, for all threads of a JVM together; 0 or
 *     more, default 64 MiB; of a table's small rows some 300,000 keys
 * @param timeToLive how far behind its source what is served may be; default 10 min, of what was
 *     not found 1 min
 */
public record CacheSettings(ByteSize heap, TimeToLive timeToLive) implements Serializable {

  public static final CacheSettings DEFAULT =
      new CacheSettings(
          ByteSize.ofMebibytes(64), new TimeToLive(Duration.ofMinutes(10), Duration.ofMinutes(1)));

  public CacheSettings withHeap(ByteSize size) {
    return new CacheSettings(size, timeToLive);
  }

  public CacheSettings withTimeToLive(Duration present, Duration absent) {
    return new CacheSettings(heap, new TimeToLive(present, absent));
  }
}
