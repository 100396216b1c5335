// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.control.ByteSize;
import java.io.Serializable;
import java.time.Duration;

/**
 * When the blocks that a writer has collected are written and committed: at the first of these
 * limits that is reached, and at the end of each bundle. While transactions take many seconds they
 * are made smaller by themselves. Immutable; every with-er returns a new instance.
 *
 * @param bytes collected, 1 B or more, default 4 MiB: a commit waits for the disk, so a transaction
 *     should be worth the wait; it is also what a writer holds in memory
 * @param rows collected, 1 or more, default no limit
 * @param linger since the first of them came, 0 or more, default 1 s; it is looked at when the next
 *     block comes
 */
public record Flush(ByteSize bytes, long rows, Duration linger) implements Serializable {

  public static final Flush DEFAULT =
      new Flush(ByteSize.ofMebibytes(4), Long.MAX_VALUE, Duration.ofSeconds(1));

  public Flush {
    if (bytes.bytes() < 1) {
      throw new IllegalArgumentException("Invalid flush size: " + bytes + " (must be 1 B or more)");
    }
    if (rows < 1) {
      throw new IllegalArgumentException(
          "Invalid rows of a flush: " + rows + " (must be 1 or more)");
    }
    if (linger.isNegative()) {
      throw new IllegalArgumentException("Invalid linger: " + linger + " (must be 0 s or more)");
    }
  }

  public Flush withBytes(ByteSize newBytes) {
    return new Flush(newBytes, rows, linger);
  }

  public Flush withRows(long newRows) {
    return new Flush(bytes, newRows, linger);
  }

  public Flush withLinger(Duration newLinger) {
    return new Flush(bytes, rows, newLinger);
  }
}
