// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import org.jspecify.annotations.Nullable;

/**
 * Something that a run is the worse for, the more it has of it.
 *
 * @param stage that it is of; null if of the whole run
 * @param name with its unit, as {@code cpu_seconds}
 */
public record Metric(@Nullable String stage, String name) {

  /** As in {@code seconds of write public.item}. */
  public String words() {
    String thing =
        switch (name) {
          case Figures.CPU -> "processor seconds";
          case Figures.MEMORY -> "most bytes resident";
          default -> name;
        };
    return stage == null ? thing : thing + " of " + stage;
  }

  /** Whether a run that has more to do has more of it. */
  boolean grows() {
    return !name.equals(Figures.MEMORY);
  }
}
