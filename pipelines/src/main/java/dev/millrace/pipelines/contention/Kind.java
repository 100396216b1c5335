// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import dev.millrace.block.Block;
import java.util.Locale;

/** A kind of work, by what it needs most. */
public enum Kind {
  /** Computes for each row. */
  CPU,
  /** Holds much while it works on a block. */
  MEMORY,
  /** Waits for somebody else's answer, once a block. */
  IO;

  /** The pool that it belongs in. */
  String pool() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Works on blocks, for one thread. */
  interface Worker extends AutoCloseable {
    /** A number for each row of a block, that depends on the row only. */
    long[] of(Block block) throws Exception;

    @Override
    default void close() {}
  }

  Worker worker(MixedOptions options) {
    return switch (this) {
      case CPU -> new Digest(options.digests());
      case MEMORY -> new Ranks(options.held());
      case IO -> new Answers(options.database(), options.delay());
    };
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return pool();
  }
}
