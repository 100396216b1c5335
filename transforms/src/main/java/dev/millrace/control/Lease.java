// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * How many of the slots that several processes share one of them should have: what it uses and
 * those who are next in its line, and none for longer than others can wait.
 *
 * <ul>
 *   <li>A slot that is given back is kept for a while, so that what comes back at once need not ask
 *       again.
 *   <li>When others wait, the process's turn is over: what is given back goes to them, and who
 *       comes next in its own line waits for its next turn.
 * </ul>
 *
 * <p>Times are of one monotonic clock, in nanoseconds. Not safe for use by several threads.
 */
public final class Lease {

  /** How long a slot that nobody uses is kept. */
  static final Duration LINGER = Duration.ofMillis(50);

  private final Slots slots;
  private int leased;
  private boolean isOver;
  private int leastIdle;
  private long idleSince;

  /**
   * Has none.
   *
   * @param slots who of this process uses and wants how many
   */
  public Lease(Slots slots) {
    this.slots = slots;
  }

  /** How many slots the process has. */
  public int leased() {
    return leased;
  }

  /** Whether the first in line may have his slots now, as far as other processes are concerned. */
  public boolean isEnough() {
    return slots.waiting() == 0 || (!isOver && slots.usedNext() <= leased);
  }

  /** How many slots to ask the others for: 0 if none are needed or more are not to be had here. */
  public int wanted() {
    return isEnough() || slots.usedNext() > slots.capacity()
        ? 0
        : Math.max(1, slots.usedAtMost() - leased);
  }

  /** It is the process's turn, and it got so many. */
  public void take(int more, long now) {
    leased += more;
    isOver = false;
    rest(now);
  }

  /** Others wait, or they do not. */
  public void othersWait(boolean isSo) {
    isOver |= isSo && leased > 0;
  }

  /** How many slots are used changed. */
  public void used() {
    leastIdle = Math.min(leastIdle, leased - slots.used());
  }

  /**
   * Takes those off that are to be given back.
   *
   * @return how many
   */
  public int giveBack(long now) {
    if (!isOver && now - idleSince < LINGER.toNanos()) {
      return 0;
    }
    int idle = leased - slots.used();
    int back = Math.max(0, isOver ? idle : Math.min(leastIdle, idle));
    leased -= back;
    rest(now);
    return back;
  }

  private void rest(long now) {
    idleSince = now;
    leastIdle = leased - slots.used();
  }

  /** When to ask for what to give back again, in nanoseconds from now; a linger at most. */
  public long lingers(long now) {
    return isOver && leased > slots.used() ? 0 : Math.max(0, idleSince + LINGER.toNanos() - now);
  }

  /** All of them were lost. */
  public void lose() {
    leased = 0;
    isOver = false;
    leastIdle = 0;
  }
}
