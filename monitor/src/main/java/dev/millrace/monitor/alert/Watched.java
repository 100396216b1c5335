// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.run.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How one rule stands. */
final class Watched {

  private final Rule rule;
  private AlertState state = AlertState.INACTIVE;

  /** Since when it has been as it is; of one that fires, since when it has been right. */
  private @Nullable Instant since;

  private @Nullable Instant fired;
  private @Nullable Double value;
  private String sentence = "";

  Watched(Rule rule) {
    this.rule = rule;
  }

  Rule rule() {
    return rule;
  }

  boolean isFiring() {
    return state == AlertState.FIRING;
  }

  /**
   * Looks at the number.
   *
   * @return null if it stands as before
   */
  @Nullable Transition see(Instant now, OptionalDouble number) {
    value = number.isPresent() ? number.getAsDouble() : null;
    boolean wrong =
        number.isPresent()
            && rule.side()
                .isBeyond(number.getAsDouble(), isFiring() ? rule.resolve() : rule.threshold());
    if (wrong) {
      sentence = rule.sentence(number.getAsDouble());
    }
    return isFiring() ? seeFiring(now, wrong) : seeQuiet(now, wrong);
  }

  private @Nullable Transition seeFiring(Instant now, boolean wrong) {
    if (wrong) {
      since = null;
      return null;
    }
    since = since == null ? now : since;
    return isOver(since, rule.keep(), now) ? move(now, AlertState.RESOLVED) : null;
  }

  private @Nullable Transition seeQuiet(Instant now, boolean wrong) {
    if (!wrong) {
      since = null;
      return state == AlertState.PENDING ? move(now, AlertState.INACTIVE) : null;
    }
    since = since == null ? now : since;
    if (isOver(since, rule.pending(), now)) {
      fired = now;
      return move(now, AlertState.FIRING);
    }
    return state == AlertState.PENDING ? null : move(now, AlertState.PENDING);
  }

  private static boolean isOver(Instant since, Duration time, Instant now) {
    return Duration.between(since, now).compareTo(time) >= 0;
  }

  Transition end(Instant now) {
    return move(now, AlertState.RESOLVED);
  }

  private Transition move(Instant now, AlertState to) {
    Instant firing = isFiring() || to == AlertState.FIRING ? fired : null;
    Transition change = new Transition(now, rule, state, to, firing, value, sentence);
    state = to;
    if (to != AlertState.PENDING) {
      since = null;
    }
    return change;
  }

  /** Of one that fires. */
  Snapshot.Alert alert() {
    return new Snapshot.Alert(
        rule.name(), rule.severity().label(), Objects.requireNonNull(fired), value, sentence);
  }
}
