// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How entries are written outside of the heap. Immutable; every with-er returns a new instance.
 * What it prints holds no secret.
 *
 * @param compressAbove values larger than this are compressed, if that makes them smaller; default
 *     1 KiB. A lower one saves little room for the time it takes
 * @param largest key and value of an entry together, at most 1 GiB; larger ones are neither kept
 *     nor read; default 16 MiB. Each thread that asks may hold a few of that size
 * @param secret what entries are authenticated by, {@value EntryFormat#SECRET_BYTES} bytes or more,
 *     equal in all processes that share a tier; null, the default, if who can write to the tier is
 *     trusted: then entries are checked for damage only
 */
public record FormatSettings(ByteSize compressAbove, ByteSize largest, @Nullable Secret secret)
    implements Serializable {

  private static final ByteSize MOST = ByteSize.ofMebibytes(1024);

  public static final FormatSettings DEFAULT =
      new FormatSettings(ByteSize.ofKibibytes(1), ByteSize.ofMebibytes(16), null);

  public FormatSettings {
    if (largest.bytes() < 1 || largest.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "Invalid largest entry: " + largest + " (must be between 1B and " + MOST + ")");
    }
  }

  public FormatSettings withCompressAbove(ByteSize size) {
    return new FormatSettings(size, largest, secret);
  }

  public FormatSettings withLargest(ByteSize size) {
    return new FormatSettings(compressAbove, size, secret);
  }

  public FormatSettings withSecret(@Nullable Secret newSecret) {
    return new FormatSettings(compressAbove, largest, newSecret);
  }
}
