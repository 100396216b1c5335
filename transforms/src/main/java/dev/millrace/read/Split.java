// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A part of a read that is worked on by itself.
 *
 * @param name unique within the read
 * @param range all of it
 * @param steps where it can be cut; null when that is not known
 */
record Split(String name, Range range, @Nullable Steps steps) implements Serializable {

  /** One of which it is not known where it can be cut. */
  Split(String name, Range range) {
    this(name, range, null);
  }
}
