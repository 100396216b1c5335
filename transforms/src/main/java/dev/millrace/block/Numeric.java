// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;

/**
 * The encoding of a decimal without limits: four big-endian shorts and then digits to the base
 * 10,000, as PostgreSQL sends them ({@code numeric_send} in its {@code numeric.c}).
 *
 * <p>The shorts are the number of digits, the weight (the power of 10,000 of the first digit), the
 * sign or special value, and the scale for display. Neither leading nor trailing zero digits are
 * stored.
 */
public final class Numeric {

  /** Bytes before the digits. */
  public static final int HEADER = 8;

  /** What stands for NaN among the unscaled longs of a decimal; no 18 digits make it. */
  public static final long NAN_UNSCALED = Long.MIN_VALUE;

  private static final int NEGATIVE = 0x4000;
  private static final int NAN = 0xC000;
  private static final int INFINITY = 0xD000;
  private static final int MINUS_INFINITY = 0xF000;

  private static final int BASE = 10_000;
  private static final int DIGITS_OF_BASE = 4;
  private static final BigInteger BIG_BASE = BigInteger.valueOf(BASE);

  /** The most decimal digits whose every value fits a long. */
  private static final int DIGITS_OF_LONG = 18;

  /** Beyond this scale a fraction padded to whole base digits could exceed a long. */
  private static final int SCALE_OF_LONG = 16;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

  /** PostgreSQL's own limits of an unconstrained numeric. */
  private static final int MAX_WHOLE_DIGITS = 131_072;

  private static final int MAX_SCALE = 16_383;

  private static final long[] POWERS = new long[DIGITS_OF_LONG + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private Numeric() {}

  /** Whether every value of a decimal type fits a long, so that the quick forms below serve it. */
  public static boolean fitsLong(BlockType decimal) {
    return decimal.precision() <= DIGITS_OF_LONG && decimal.scale() <= SCALE_OF_LONG;
  }

  public static boolean isNaN(byte[] source, int at) {
    return (word(source, at + 4) & 0xffff) == NAN;
  }

  /**
   * The exact value, with its scale.
   *
   * @throws ArithmeticException for NaN and the infinities
   */
  public static BigDecimal toBigDecimal(byte[] source, int at) {
    int digits = word(source, at) & 0xffff;
    int weight = word(source, at + 2);
    boolean negative = isNegative(source, at);
    int scale = word(source, at + 6);
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < digits; i++) {
      value = value.multiply(BIG_BASE).add(BigInteger.valueOf(word(source, at + HEADER + 2 * i)));
    }
    BigDecimal exact =
        new BigDecimal(negative ? value.negate() : value, DIGITS_OF_BASE * (digits - 1 - weight));
    return exact.setScale(scale);
  }

  /** A number without trailing zeros as SQL reads it back, NaN and the infinities included. */
  public static String toText(byte[] source) {
    return switch (word(source, 4) & 0xffff) {
      case NAN -> "NaN";
      case INFINITY -> "Infinity";
      case MINUS_INFINITY -> "-Infinity";
      default -> toBigDecimal(source, 0).stripTrailingZeros().toPlainString();
    };
  }

  /**
   * The encoding of a decimal; a negative scale becomes 0, which changes no value.
   *
   * @throws ArithmeticException with more than 131,072 digits before the point or 16,383 after it
   */
  public static byte[] fromBigDecimal(BigDecimal decimal) {
    // Before any change of scale: 1E+999999999 is small only as it stands.
    if (decimal.signum() != 0 && (long) decimal.precision() - decimal.scale() > MAX_WHOLE_DIGITS) {
      throw new ArithmeticException(
          "a number has more than " + MAX_WHOLE_DIGITS + " digits before its point");
    }
    if (decimal.scale() > MAX_SCALE) {
      throw new ArithmeticException("a number has more than " + MAX_SCALE + " decimals");
    }
    BigDecimal value = decimal.scale() < 0 ? decimal.setScale(0) : decimal;
    int scale = value.scale();
    int fraction = (scale + DIGITS_OF_BASE - 1) / DIGITS_OF_BASE;
    BigInteger rest = value.setScale(fraction * DIGITS_OF_BASE).unscaledValue().abs();
    // A BigInteger divided digit by digit is quadratic; its decimal text is not.
    String text = rest.signum() == 0 ? "" : rest.toString();
    int groups = (text.length() + DIGITS_OF_BASE - 1) / DIGITS_OF_BASE;
    String padded = "0".repeat(groups * DIGITS_OF_BASE - text.length()) + text;
    int kept = groups;
    while (kept > 0 && group(padded, kept - 1) == 0) {
      kept--;
    }
    byte[] encoded = new byte[HEADER + 2 * kept];
    SHORT.set(encoded, 0, (short) kept);
    SHORT.set(encoded, 2, (short) (kept == 0 ? 0 : groups - 1 - fraction));
    SHORT.set(encoded, 4, (short) (decimal.signum() < 0 ? NEGATIVE : 0));
    SHORT.set(encoded, 6, (short) scale);
    for (int i = 0; i < kept; i++) {
      SHORT.set(encoded, HEADER + 2 * i, group(padded, i));
    }
    return encoded;
  }

  /**
   * The unscaled value at {@code scale} of a number for which {@link #fitsLong} holds; {@link
   * #NAN_UNSCALED} of NaN.
   *
   * @throws ArithmeticException for the infinities, a number that needs a larger scale and one that
   *     exceeds a long
   */
  public static long toUnscaledLong(byte[] source, int at, int scale) {
    int digits = word(source, at) & 0xffff;
    if (digits == 0 && isNaN(source, at)) {
      return NAN_UNSCALED;
    }
    int weight = word(source, at + 2);
    boolean negative = isNegative(source, at);
    long value = 0;
    int power = DIGITS_OF_BASE * (weight + 1) + scale;
    for (int i = 0; i < digits; i++) {
      int digit = word(source, at + HEADER + 2 * i);
      power -= DIGITS_OF_BASE;
      if (power >= 0) {
        value = Math.addExact(Math.multiplyExact(value, BASE), digit);
      } else {
        int cut = -power;
        int unit = cut < DIGITS_OF_BASE ? (int) POWERS[cut] : BASE;
        int kept = digit / unit;
        if (kept * unit != digit || unit == BASE) {
          throw new ArithmeticException("a number has more than " + scale + " decimals");
        }
        value = Math.addExact(Math.multiplyExact(value, POWERS[DIGITS_OF_BASE - cut]), kept);
        power = 0;
      }
    }
    if (power > 0 && value != 0) {
      if (power > DIGITS_OF_LONG) {
        throw new ArithmeticException("a number has more than " + DIGITS_OF_LONG + " digits");
      }
      value = Math.multiplyExact(value, POWERS[power]);
    }
    return negative ? -value : value;
  }

  /**
   * Encodes an unscaled value of a type for which {@link #fitsLong} holds, or NaN.
   *
   * @param target with room for {@link #HEADER} and 12 more bytes
   * @return the position after the last byte written
   */
  public static int putUnscaledLong(byte[] target, int at, long unscaled, int scale) {
    if (unscaled == NAN_UNSCALED) {
      return putNaN(target, at);
    }
    int groups = (scale + DIGITS_OF_BASE - 1) / DIGITS_OF_BASE;
    // The last base digit has fewer decimal digits where the scale ends within it. It is cut off
    // before it is filled up with zeros, since the whole number so filled may exceed a long.
    int padding = (int) POWERS[groups * DIGITS_OF_BASE - scale];
    int unit = BASE / padding;
    long magnitude = Math.abs(unscaled);
    long rest = magnitude / unit;
    int digit = (int) (magnitude - rest * unit) * padding;
    int power = -groups;
    while (digit == 0 && rest != 0) {
      digit = (int) (rest % BASE);
      rest /= BASE;
      power++;
    }
    int digits = digit == 0 ? 0 : 1 + groupsOf(rest);
    SHORT.set(target, at, (short) digits);
    SHORT.set(target, at + 2, (short) (digits == 0 ? 0 : power + digits - 1));
    SHORT.set(target, at + 4, (short) (unscaled < 0 ? NEGATIVE : 0));
    SHORT.set(target, at + 6, (short) scale);
    int end = at + HEADER + 2 * digits;
    for (int position = end - 2; position >= at + HEADER; position -= 2) {
      SHORT.set(target, position, (short) digit);
      digit = (int) (rest % BASE);
      rest /= BASE;
    }
    return end;
  }

  /**
   * Encodes NaN.
   *
   * @return the position after the last byte written
   */
  public static int putNaN(byte[] target, int at) {
    SHORT.set(target, at, (short) 0);
    SHORT.set(target, at + 2, (short) 0);
    SHORT.set(target, at + 4, (short) NAN);
    SHORT.set(target, at + 6, (short) 0);
    return at + HEADER;
  }

  /** How many digits to the base 10,000 a number of at most 18 decimal digits has; 0 of 0. */
  private static int groupsOf(long number) {
    if (number < BASE) {
      return number == 0 ? 0 : 1;
    }
    if (number < POWERS[2 * DIGITS_OF_BASE]) {
      return 2;
    }
    return number < POWERS[3 * DIGITS_OF_BASE] ? 3 : number < POWERS[4 * DIGITS_OF_BASE] ? 4 : 5;
  }

  private static boolean isNegative(byte[] source, int at) {
    int sign = word(source, at + 4) & 0xffff;
    return switch (sign) {
      case 0 -> false;
      case NEGATIVE -> true;
      case NAN -> throw new ArithmeticException("NaN has no decimal");
      case INFINITY, MINUS_INFINITY -> throw new ArithmeticException("an infinity has no decimal");
      default -> throw new ArithmeticException("a numeric has the unknown sign " + sign);
    };
  }

  private static short group(String digits, int index) {
    return Short.parseShort(digits.substring(index * DIGITS_OF_BASE, (index + 1) * DIGITS_OF_BASE));
  }

  private static int word(byte[] source, int at) {
    return (short) SHORT.get(source, at);
  }
}
