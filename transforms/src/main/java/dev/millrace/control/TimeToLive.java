// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.io.Serializable;
import java.time.Duration;

/**
 * For how long what was loaded may be served. Entries that were loaded together do not expire
 * together: each loses up to a tenth of its time by chance. One that is asked for often is loaded
 * again shortly before it expires, the earlier the longer its load takes, by one of those who ask
 * and by chance, so that they do not all wait for it at once.
 *
 * @param present of a value, 1 ms or more; it bounds how far behind its source it may be
 * @param absent of the knowledge that there is none, 1 ms or more
 * @see <a href="https://doi.org/10.14778/2757807.2757813">Vattani, Chierichetti, Lowenstein:
 *     Optimal probabilistic cache stampede prevention, 2015</a>
 */
public record TimeToLive(Duration present, Duration absent) implements Serializable {

  private static final double JITTER = 0.1;

  /** Of a load's time: a random double has 53 bits, and e^37 is more than 2^53. */
  private static final double FARTHEST = 37;

  public TimeToLive {
    require(present);
    require(absent);
  }

  private static void require(Duration time) {
    if (time.toMillis() < 1) {
      throw new IllegalArgumentException(
          "Invalid time to live: " + time + " (must be 1 ms or more)");
    }
  }

  /**
   * From when on an entry is not served, in milliseconds.
   *
   * @param loaded when its load began
   * @param none whether nothing was found
   * @param chance from 0 to 1, another for each entry
   */
  public long expires(long loaded, boolean none, double chance) {
    double whole = (none ? absent : present).toMillis();
    return loaded + Math.max(1, Math.round(whole * (1 - JITTER * chance)));
  }

  /**
   * Until when no chance is so small that {@link #isDue} holds, in milliseconds: for nearly all of
   * its time an entry need not be looked at more closely.
   *
   * @param expires in milliseconds
   * @param costMillis how long a load takes
   */
  public static long calmUntil(long expires, double costMillis) {
    return expires - (long) Math.ceil(costMillis * FARTHEST);
  }

  /**
   * Whether who asks for an entry now is the one to load it again, though it may still be served.
   *
   * @param expires in milliseconds, after {@code now}
   * @param costMillis how long a load takes
   * @param chance above 0, to 1, another each time
   */
  public static boolean isDue(long now, long expires, double costMillis, double chance) {
    return now - costMillis * Math.log(chance) >= expires;
  }
}
