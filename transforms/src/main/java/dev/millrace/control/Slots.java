// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who of those that ask for slots of a pool has them, and who is next. The most urgent is first,
 * and urgency grows while one waits: each {@code ageing} of waiting counts as much as a priority
 * one higher. So nobody waits for ever, and as all age alike, who is before whom never changes.
 *
 * <p>Nobody is let past the first in line because he needs less: the heavy would starve. Who needs
 * more than there are, as when the pool was made smaller meanwhile, has his turn when nobody else
 * holds any.
 *
 * <p>Times are of one monotonic clock, in nanoseconds. Not safe for use by several threads.
 */
public final class Slots {

  /** One who asked. */
  public static final class Claim {

    private final int weight;
    private final long rank;
    private final long number;
    private final long deadline;
    private State state = State.WAITING;

    private Claim(int weight, long rank, long number, long deadline) {
      this.weight = weight;
      this.rank = rank;
      this.number = number;
      this.deadline = deadline;
    }

    /** How many slots it is for. */
    public int weight() {
      return weight;
    }

    public State state() {
      return state;
    }
  }

  /** What became of a claim. */
  public enum State {
    WAITING,
    HELD,
    GIVEN_BACK,
    /** Its deadline came first. */
    EXPIRED,
    /** It was taken back before it had slots. */
    WITHDRAWN
  }

  private static final Comparator<Claim> IN_LINE =
      Comparator.<Claim>comparingLong(claim -> claim.rank).thenComparing(claim -> claim.number);

  private static final Comparator<Claim> BY_DEADLINE =
      Comparator.<Claim>comparingLong(claim -> claim.deadline).thenComparing(claim -> claim.number);

  private static final int MOST_PRIORITY = 1_000;

  private final long ageing;
  private final TreeSet<Claim> line = new TreeSet<>(IN_LINE);
  private final TreeSet<Claim> deadlines = new TreeSet<>(BY_DEADLINE);
  private int capacity;
  private int used;
  private long asked;

  /**
   * A pool that nobody uses.
   *
   * @param capacity slots, 1 or more
   * @param ageing how long one waits to be as urgent as one of the next higher priority who just
   *     came; 1 ns to 1 h
   */
  public Slots(int capacity, Duration ageing) {
    this.capacity = requireCapacity(capacity);
    if (ageing.isNegative() || ageing.isZero() || ageing.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "Invalid ageing: " + ageing + " (must be above 0, and 1 h at most)");
    }
    this.ageing = ageing.toNanos();
  }

  private static int requireCapacity(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("Invalid slots: " + capacity + " (must be 1 or more)");
    }
    return capacity;
  }

  /**
   * A priority, if it is one.
   *
   * @throws IllegalArgumentException when it is not from -1,000 to 1,000
   */
  public static int requirePriority(int priority) {
    if (Math.abs((long) priority) > MOST_PRIORITY) {
      throw new IllegalArgumentException(
          "Invalid priority: " + priority + " (must be from -1000 to 1000)");
    }
    return priority;
  }

  /**
   * Asks for slots; {@link #next} tells when they are had.
   *
   * @param weight how many, 1 or more
   * @param priority higher is more urgent; -1,000 to 1,000
   * @param deadline when it gives up
   */
  public Claim ask(int weight, int priority, long now, long deadline) {
    if (weight < 1) {
      throw new IllegalArgumentException("Invalid weight: " + weight + " (must be 1 or more)");
    }
    requirePriority(priority);
    // Of two who wait, who has the more of priority + waited / ageing is the same at any time.
    Claim claim = new Claim(weight, now - priority * ageing, asked++, deadline);
    line.add(claim);
    deadlines.add(claim);
    return claim;
  }

  /**
   * Gives the first in line his slots, if they are free; to be called until it gives none, after
   * each change.
   *
   * @return who has them now; null if nobody is next, or not yet
   */
  public @Nullable Claim next() {
    if (line.isEmpty()) {
      return null;
    }
    Claim first = line.first();
    if (used > 0 && first.weight > capacity - used) {
      return null;
    }
    leave(first, State.HELD);
    used += first.weight;
    return first;
  }

  /** How many slots are used once the first in line has his; as many as now if nobody waits. */
  public int usedNext() {
    return line.isEmpty() ? used : used + line.first().weight;
  }

  /** How many slots are used once all in line have theirs, as far as there are so many. */
  public int usedAtMost() {
    long all = line.stream().mapToLong(Claim::weight).sum();
    return (int) Math.min(capacity, used + all);
  }

  /** Ends the waiting of those whose deadline has come. */
  public List<Claim> expire(long now) {
    List<Claim> expired = new ArrayList<>();
    while (!deadlines.isEmpty() && deadlines.first().deadline <= now) {
      Claim claim = deadlines.first();
      leave(claim, State.EXPIRED);
      expired.add(claim);
    }
    return expired;
  }

  /** Takes a claim back: gives its slots back if it has them, and waits no more if not. */
  public void release(Claim claim) {
    switch (claim.state) {
      case WAITING -> leave(claim, State.WITHDRAWN);
      case HELD -> {
        claim.state = State.GIVEN_BACK;
        used -= claim.weight;
      }
      case GIVEN_BACK, EXPIRED, WITHDRAWN -> {}
    }
  }

  private void leave(Claim claim, State state) {
    line.remove(claim);
    deadlines.remove(claim);
    claim.state = state;
  }

  /** Makes the pool larger or smaller; who has slots keeps them. */
  public void resize(int slots) {
    capacity = requireCapacity(slots);
  }

  public int capacity() {
    return capacity;
  }

  /** Slots that are held; more than there are, after the pool was made smaller. */
  public int used() {
    return used;
  }

  /** Claims that wait. */
  public int waiting() {
    return line.size();
  }
}
