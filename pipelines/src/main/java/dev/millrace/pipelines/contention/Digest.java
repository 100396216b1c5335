// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The start of the digest of a digest, and so on, of each row's payload. */
final class Digest implements Kind.Worker {

  private final int times;
  private final MessageDigest digest;

  Digest(int times) {
    this.times = times;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Cannot compute digests: " + impossible, impossible);
    }
  }

  @Override
  public long[] of(Block block) {
    BlockColumn payloads = block.column(1);
    long[] values = new long[block.rows()];
    for (int row = 0; row < values.length; row++) {
      byte[] bytes = payloads.getBytes(row);
      for (int i = 0; i < times; i++) {
        bytes = digest.digest(bytes);
      }
      values[row] = ByteBuffer.wrap(bytes).getLong();
    }
    return values;
  }
}
