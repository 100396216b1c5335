// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.block.Origin;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The positions {@code (low, high]}.
 *
 * @param low exclusive; null for all from the first
 * @param high inclusive; null for all to the last
 */
public record Interval(@Nullable Position low, @Nullable Position high) implements Serializable {

  /** All positions. */
  public static final Interval ALL = new Interval(null, null);

  /** The positions that a block covers. */
  static Interval of(Origin origin) {
    return of(origin.low(), origin.high());
  }

  /** Reads what {@link #lowText} and {@link #highText} wrote. */
  public static Interval of(String low, String high) {
    return new Interval(
        low.isEmpty() ? null : Position.parse(low), high.isEmpty() ? null : Position.parse(high));
  }

  /** Empty for all from the first. */
  public String lowText() {
    return low == null ? "" : low.toString();
  }

  /** Empty for all to the last. */
  public String highText() {
    return high == null ? "" : high.toString();
  }

  /** For people. */
  @Override
  public String toString() {
    return "("
        + (low == null ? "start" : String.join(", ", low.values()))
        + " .. "
        + (high == null ? "end" : String.join(", ", high.values()))
        + "]";
  }
}
