// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * The stage that a run waits for most, and what that one waits for. It is the stage whose threads
 * spent the most time, but for that of the steps that follow: where a source is quicker than its
 * target the target is at it nearly all the time, on threads of its own or, on a runner that fuses,
 * on those of the source.
 *
 * @param stage the stage
 * @param cause what it spent most of its own time on
 * @param rest what part of the own time of all stages is not accounted for, from 0 to 1
 */
public record Bottleneck(StageTime stage, Spent cause, double rest) {

  /**
   * Finds it.
   *
   * @param stages of a run
   * @return empty when none spent any time
   */
  public static Optional<Bottleneck> of(Collection<StageTime> stages) {
    double own = stages.stream().mapToDouble(StageTime::ownSeconds).sum();
    double rest = stages.stream().mapToDouble(each -> each.seconds(Spent.REST)).sum();
    return stages.stream()
        .filter(each -> each.ownSeconds() > 0)
        .max(Comparator.comparingDouble(StageTime::ownSeconds))
        .map(slowest -> new Bottleneck(slowest, cause(slowest), rest / own));
  }

  private static Spent cause(StageTime stage) {
    Spent most =
        Arrays.stream(Spent.values())
            .filter(spent -> spent != Spent.DOWNSTREAM)
            .max(Comparator.comparingDouble(stage::seconds))
            .orElseThrow();
    // Who has a connection and waits for a lock keeps others from it.
    double others = stage.ownSeconds() - stage.seconds(Spent.CONNECTION);
    return most == Spent.CONNECTION && stage.seconds(Spent.LOCK) > others / 2 ? Spent.LOCK : most;
  }

  /** What part of the stage's time that was, from 0 to 1. */
  public double share() {
    return stage.share(cause);
  }
}
