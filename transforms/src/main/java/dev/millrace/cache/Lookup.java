// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is looked up, and how.
 *
 * @param name of the cache, for its metrics
 * @param key the columns of the blocks that are looked for, in the order of the source's key
 * @param asOf null where a key has one row
 * @param keepsUnmatched whether a row for which nothing is found stays, with NULLs beside it
 * @param settings null to do without a cache
 */
record Lookup(
    String name,
    LookupSource source,
    List<String> key,
    @Nullable AsOf asOf,
    boolean keepsUnmatched,
    @Nullable CacheSettings settings)
    implements Serializable {}
