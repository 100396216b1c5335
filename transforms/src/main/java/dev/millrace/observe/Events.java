// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this JVM (this class loader) decided by itself, and why: the latest {@value #MOST}. Each is
 * logged too. Safe for use by several threads.
 */
public final class Events {

  static final int MOST = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final Clock CLOCK = Clock.systemUTC();
  private static final Deque<Event> LATEST = new ArrayDeque<>();

  private Events() {}

  /**
   * Something that was decided.
   *
   * @param time by this machine's clock
   * @param kind as in {@code throttle}
   * @param text what was decided, and why
   */
  public record Event(Instant time, String kind, String text) {}

  public static void add(String kind, String text) {
    LOG.info("{}: {}", kind, text);
    synchronized (LATEST) {
      if (LATEST.size() == MOST) {
        LATEST.removeFirst();
      }
      LATEST.addLast(new Event(CLOCK.instant(), kind, text));
    }
  }

  /** The latest, in order. */
  public static List<Event> latest() {
    synchronized (LATEST) {
      return List.copyOf(LATEST);
    }
  }
}
