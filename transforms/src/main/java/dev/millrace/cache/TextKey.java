// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.primitives.Ints;
import dev.millrace.cache.tier.CacheKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keys of texts: of each its length in bytes, a big-endian int, and its UTF-8. */
final class TextKey {

  private TextKey() {}

  static CacheKey of(List<String> texts) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      key.writeBytes(Ints.toByteArray(bytes.length));
      key.writeBytes(bytes);
    }
    return CacheKey.of(key.toByteArray());
  }
}
