// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.hash.Hashing;
import com.google.common.primitives.Bytes;
import dev.millrace.cache.tier.CacheKey;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What all keys of a cache begin with: a hash of all that decides which value a key has, so that
 * what others keep under the same name, as another version or of another table, is never taken for
 * it. Immutable and safe to share between threads.
 */
final class KeyScope implements Serializable {

  /** So many that nobody finds two of one hash. */
  private static final int BYTES = 16;

  private final byte[] hash;

  private KeyScope(byte[] hash) {
    this.hash = hash;
  }

  static KeyScope of(String identity) {
    byte[] whole = Hashing.sha256().hashString(identity, StandardCharsets.UTF_8).asBytes();
    return new KeyScope(Arrays.copyOf(whole, BYTES));
  }

  /** What keys begin with while something has a value. */
  KeyScope with(String value) {
    byte[] bytes = Bytes.concat(hash, value.getBytes(StandardCharsets.UTF_8));
    return new KeyScope(Arrays.copyOf(Hashing.sha256().hashBytes(bytes).asBytes(), BYTES));
  }

  CacheKey key(byte[] bytes) {
    return CacheKey.of(Bytes.concat(hash, bytes));
  }

  /** Begins a key whose other bytes are appended. */
  void begin(ByteArrayOutputStream key) {
    key.writeBytes(hash);
  }
}
