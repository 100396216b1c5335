// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a cache is asked for: bytes, of which all are compared. Immutable. */
public final class CacheKey {

  private final byte[] bytes;
  private final int hash;

  private CacheKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /**
   * A key of bytes.
   *
   * @param bytes never changed afterwards
   */
  public static CacheKey of(byte[] bytes) {
    return new CacheKey(bytes);
  }

  /** The bytes, never to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof CacheKey that
            && hash == that.hash
            && Arrays.equals(bytes, that.bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "CacheKey[" + bytes.length + " bytes]";
  }
}
