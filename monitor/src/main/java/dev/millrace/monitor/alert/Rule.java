// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * When a number is worth telling somebody. It fires once the number was beyond the threshold for
 * long enough, and is resolved once the number was not beyond the other threshold for as long as it
 * is kept: between the two nothing changes.
 *
 * @param name a letter, then letters, digits, {@code _} and {@code -}: 64 at most
 * @param signal the number; while it is unknown nothing is wrong
 * @param side beyond which it is wrong
 * @param threshold a finite number that it must be beyond to fire
 * @param resolve a finite number that it must not be beyond to be resolved; the threshold itself,
 *     or on its good side
 * @param pending for how long it must be wrong to fire, zero or more
 * @param keep for how long it must be right to be resolved, zero or more
 * @param severity how bad it is
 * @param sentence what is wrong, in which <code>{value}</code> stands for the number
 */
public record Rule(
    String name,
    Signal signal,
    Side side,
    double threshold,
    double resolve,
    Duration pending,
    Duration keep,
    Severity severity,
    String sentence) {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_-]{0,63}");

  private static final double WHOLE = 1e15;

  /** Of a threshold. */
  public enum Side {
    ABOVE,
    BELOW;

    boolean isBeyond(double value, double limit) {
      return this == ABOVE ? value > limit : value < limit;
    }
  }

  /**
   * Checks all of it.
   *
   * @throws IllegalArgumentException if something is out of its range; the sentence says what
   */
  public Rule {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid name: %s (must be a letter, then letters, digits, _ and -, 64 at most)"
              .formatted(name));
    }
    checkFinite("threshold", threshold);
    checkFinite("resolve", resolve);
    if (side.isBeyond(resolve, threshold)) {
      throw new IllegalArgumentException(
          "Invalid resolve: %s (must be %s, or %s it)"
              .formatted(
                  number(resolve), number(threshold), side == Side.ABOVE ? "below" : "above"));
    }
    if (pending.isNegative() || keep.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid time: %s (must be zero or more)"
              .formatted(pending.isNegative() ? pending : keep));
    }
  }

  private static void checkFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be a finite number)".formatted(what, value));
    }
  }

  /**
   * A rule that is resolved at its threshold, fires at once and is not kept.
   *
   * @throws IllegalArgumentException as the canonical constructor
   */
  public static Rule of(
      String name, Signal signal, Side side, double threshold, Severity severity, String sentence) {
    return new Rule(
        name, signal, side, threshold, threshold, Duration.ZERO, Duration.ZERO, severity, sentence);
  }

  /** The same, with another threshold to be resolved. */
  public Rule resolvedAt(double other) {
    return new Rule(name, signal, side, threshold, other, pending, keep, severity, sentence);
  }

  /** The same, firing only after it was wrong for so long. */
  public Rule after(Duration wrong) {
    return new Rule(name, signal, side, threshold, resolve, wrong, keep, severity, sentence);
  }

  /** The same, resolved only after it was right for so long. */
  public Rule keptFor(Duration right) {
    return new Rule(name, signal, side, threshold, resolve, pending, right, severity, sentence);
  }

  /** What is wrong, with the number. */
  String sentence(double value) {
    return sentence.replace("{value}", number(value));
  }

  /** With three digits at least, and those of whole numbers. */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < WHOLE
        ? String.format(Locale.ROOT, "%.0f", value)
        : Math.abs(value) >= 100
            ? String.format(Locale.ROOT, "%.0f", value)
            : String.format(Locale.ROOT, "%.3g", value);
  }
}
