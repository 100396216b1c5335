// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows of a table, or of a part of it, counted and summed up by the server itself, whatever
 * their order: equal of equal rows, and in all likelihood of no others.
 *
 * <p>A row is hashed to 128 bits as the text of a record of its columns, under fixed settings; the
 * two halves are summed modulo 2^64, so that two equal rows do not cancel out. The hash is the
 * server's fastest, which another server, or a later version, need not agree on: compare only what
 * one server said, and take a difference between two for a change.
 *
 * @param rows how many
 * @param sum of 32 hexadecimal digits
 */
public record Fingerprint(long rows, String sum) implements Serializable {

  /** Of no rows. */
  public static final Fingerprint EMPTY = of(0, BigInteger.ZERO, BigInteger.ZERO);

  private static final int HALF = 16;

  static Fingerprint of(long rows, BigInteger first, BigInteger second) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(4 * HALF);
    return new Fingerprint(
        rows, String.format("%016x%016x", first.mod(modulus), second.mod(modulus)));
  }

  /** The fingerprint of the rows of both. */
  public Fingerprint plus(Fingerprint other) {
    return of(rows + other.rows, first().add(other.first()), second().add(other.second()));
  }

  /** The fingerprint of the rows of all. */
  public static Fingerprint sum(Collection<Fingerprint> all) {
    return all.stream().reduce(EMPTY, Fingerprint::plus);
  }

  /** Adds to each part of one table what another has of it. */
  public static SortedMap<String, Fingerprint> plus(
      Map<String, Fingerprint> one, Map<String, Fingerprint> other) {
    SortedMap<String, Fingerprint> both = new TreeMap<>(one);
    other.forEach((part, more) -> both.merge(part, more, Fingerprint::plus));
    return both;
  }

  private BigInteger first() {
    return new BigInteger(sum.substring(0, HALF), 16);
  }

  private BigInteger second() {
    return new BigInteger(sum.substring(HALF), 16);
  }

  /** Rows and sum, as {@link #parse} takes them. */
  @Override
  public String toString() {
    return rows + ":" + sum;
  }

  /** The opposite of {@link #toString}. */
  static Fingerprint parse(String text) {
    int colon = text.indexOf(':');
    return new Fingerprint(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
  }
}
