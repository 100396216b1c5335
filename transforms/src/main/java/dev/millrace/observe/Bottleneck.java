// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The stage that a run waits for most, and what that one waits for. It is the stage whose threads
 * spent the most time, but for that of the steps that follow: where a source is quicker than its
 * target the target is at it nearly all the time, on threads of its own or, on a runner that fuses,
 * on those of the source. But what the garbage collector takes is taken from all stages, whichever
 * has filled the heap, and so it is the cause where it is a quarter of all.
 *
 * @param stage the stage
 * @param cause what it spent most of its own time on
 * @param rest what part of the own time of all stages is not accounted for, from 0 to 1
 */
public record Bottleneck(StageTime stage, Spent cause, double rest) {

  /** A heap with room costs some hundredths. */
  private static final double FULL_HEAP = 0.25;

  /**
   * Finds it.
   *
   * @param stages of a run
   * @return empty when none spent any time
   */
  public static Optional<Bottleneck> of(Collection<StageTime> stages) {
    double own = stages.stream().mapToDouble(StageTime::ownSeconds).sum();
    if (own == 0) {
      return Optional.empty();
    }
    double rest = sum(stages, Spent.REST) / own;
    if (sum(stages, Spent.GC) > FULL_HEAP * own) {
      return most(stages, each -> each.seconds(Spent.GC))
          .map(stopped -> new Bottleneck(stopped, Spent.GC, rest));
    }
    return most(stages, StageTime::ownSeconds)
        .map(slowest -> new Bottleneck(slowest, cause(slowest), rest));
  }

  private static double sum(Collection<StageTime> stages, Spent spent) {
    return stages.stream().mapToDouble(each -> each.seconds(spent)).sum();
  }

  private static Optional<StageTime> most(
      Collection<StageTime> stages, ToDoubleFunction<StageTime> seconds) {
    return stages.stream().max(Comparator.comparingDouble(seconds));
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
