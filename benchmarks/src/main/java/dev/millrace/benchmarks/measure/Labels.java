// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;

/** Contenders by the names that they are called by. */
public final class Labels {

  private Labels() {}

  /**
   * The contender of a name such as {@code millrace-flink}.
   *
   * @param all what there is; each says its name as {@code toString}
   * @throws IllegalArgumentException if there is none
   */
  public static <T> T named(T[] all, String label) {
    return Arrays.stream(all)
        .filter(contender -> contender.toString().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid contender: %s (must be one of %s)"
                        .formatted(
                            label,
                            Arrays.stream(all).map(Object::toString).collect(joining(", ")))));
  }
}
