// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Contenders by the names that they are called by. */
public final class Labels {

  private Labels() {}

  /** The name to be called by, such as {@code millrace-flink}: the constant's, with dashes. */
  public static String of(Enum<?> contender) {
    return contender.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The contenders of these names, in their order.
   *
   * @param all what there is; each says its name as {@code toString}
   * @param unless who it is if no name is given
   * @throws IllegalArgumentException if one is not there
   */
  public static <T> Set<T> chosen(T[] all, List<String> labels, Set<T> unless) {
    return labels.isEmpty()
        ? unless
        : labels.stream()
            .map(label -> named(all, label))
            .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static <T> T named(T[] all, String label) {
    return Arrays.stream(all)
        .filter(contender -> contender.toString().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid contender: %s (must be one of %s)"
                        .formatted(
                            label,
                            Arrays.stream(all)
                                .map(Object::toString)
                                .collect(Collectors.joining(", ")))));
  }
}
