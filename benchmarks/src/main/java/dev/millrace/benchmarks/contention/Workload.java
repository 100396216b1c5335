// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.contention;

import dev.millrace.pipelines.contention.Kind;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Which kinds of work there are. */
public enum Workload {
  MIXED,
  CPU,
  MEMORY,
  IO;

  Set<Kind> kinds() {
    return switch (this) {
      case MIXED -> EnumSet.allOf(Kind.class);
      case CPU -> EnumSet.of(Kind.CPU);
      case MEMORY -> EnumSet.of(Kind.MEMORY);
      case IO -> EnumSet.of(Kind.IO);
    };
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
