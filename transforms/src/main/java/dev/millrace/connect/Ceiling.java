// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many connections to a database all who name the same pool have at once, in however many
 * processes, on however many machines. Each of the connections is a slot, for which its session
 * holds an advisory lock of the database: whoever dies gives its slots back with its sessions. Who
 * waits for a slot has a connection too, one in each process, while it asks.
 *
 * <p>Reads never take the last quarter, since a reader may have to wait for a writer and no writer
 * ever waits for a reader. Of four or more one is kept for looking at what the others wait for.
 *
 * <p>A database counts for itself: two of one server have two ceilings. Immutable.
 *
 * @param pool the pool's name, 1 to 40 letters, digits, {@code _}, {@code -} or {@code .}
 * @param connections at most, 2 to 10,000; the same wherever the pool is named
 */
public record Ceiling(String pool, int connections) implements Serializable {

  /** For a reader, and a writer that it may wait for. */
  public static final int LEAST = 2;

  private static final int MOST = 10_000;

  /** From so many on, one is for looking. */
  private static final int WITH_ASIDE = 4;

  public Ceiling {
    if (!pool.matches("[A-Za-z0-9_.-]{1,40}")) {
      throw new IllegalArgumentException(
          "Invalid name of a pool: %s (must be 1 to 40 letters, digits, _, - or .)"
              .formatted(pool));
    }
    if (connections < LEAST || connections > MOST) {
      throw new IllegalArgumentException(
          "Invalid number of connections: %d (must be %d to %d: a reader may wait for a writer)"
              .formatted(connections, LEAST, MOST));
    }
  }

  /** How many connections there may be for something at most. */
  public int most(Quota quota) {
    int aside = connections < WITH_ASIDE ? 0 : 1;
    return switch (quota) {
      case READ -> connections - aside - Math.max(1, connections / 4);
      case WRITE, LOOKUP -> connections - aside;
      case ASIDE -> 1;
    };
  }

  /** The slots for something, those first that serve nothing else. */
  List<Integer> slots(Quota quota) {
    int most = most(quota);
    return switch (quota) {
      case READ -> IntStream.range(0, most).boxed().toList();
      case WRITE, LOOKUP -> IntStream.range(0, most).map(slot -> most - 1 - slot).boxed().toList();
      case ASIDE -> List.of(connections - 1);
    };
  }
}
