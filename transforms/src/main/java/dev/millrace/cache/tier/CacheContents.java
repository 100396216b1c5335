// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

/**
 * What a tier holds of a cache, as seen from outside of the processes that use it.
 *
 * @param cache its name
 * @param tier {@code disk} or {@code redis}
 * @param entries whether or not they may still be served
 * @param bytes that they take; -1 when the tier cannot tell
 * @param inUse folders on disk that a process has open, of which nothing is known; 0 or more
 */
public record CacheContents(String cache, String tier, long entries, long bytes, int inUse) {}
