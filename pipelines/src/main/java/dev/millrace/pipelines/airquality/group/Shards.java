// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import java.io.Serializable;

/**
 * Parts of a shuffle, each with many keys: few enough rows that a part fits memory, and enough that
 * it is worth a bundle and a transaction.
 *
 * @param count 1 or more
 */
public record Shards(int count) implements Serializable {

  /** Of a part: some 5 MiB of bronze. */
  private static final long ROWS = 32 << 10;

  private static final int MOST = 10_000;

  /** Parts for so many rows, or about so many. */
  public static Shards of(long rows) {
    return new Shards((int) Math.max(1, Math.min(MOST, rows / ROWS)));
  }

  /** The part that a key is in, the same in any JVM. */
  int of(String key) {
    // The last bits of like keys are alike.
    return Math.floorMod((key.hashCode() * 0x9E3779B9) >>> 8, count);
  }
}
