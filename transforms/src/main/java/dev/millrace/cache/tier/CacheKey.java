// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What a cache is asked for: bytes, of which all are compared. Immutable. */
public final class CacheKey {

  /** Another in each JVM, so that nobody can choose keys that all fall together. */
  private static final HashFunction HASH =
      Hashing.murmur3_32_fixed(ThreadLocalRandom.current().nextInt());

  private final byte[] bytes;
  private final int hash;

  private CacheKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = HASH.hashBytes(bytes).asInt();
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
