// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.io.IOException;
import java.util.List;

/** Looks after what caches keep in a tier, without being one of their processes. */
public interface TierContents {

  /**
   * All caches that have something there, by name.
   *
   * @throws IOException when the tier cannot be asked
   */
  List<CacheContents> caches() throws IOException;

  /**
   * Forgets all entries of a cache.
   *
   * @return what was there; of what is still {@link CacheContents#inUse}, nothing went
   * @throws IOException when the tier cannot be asked
   */
  CacheContents clear(String cache) throws IOException;
}
