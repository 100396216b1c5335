// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.run.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Looks at readings by rules, and says which of them fire. It has no clock of its own: a look has a
 * time, which goes on from look to look. Not safe for use by several threads.
 */
public final class AlertEngine {

  private final List<Watched> watched;
  private final Map<Signal.Rate, RateWindow> rates = new HashMap<>();
  private Instant last = Instant.MIN;

  /**
   * An engine.
   *
   * @param rules with a name each
   * @throws IllegalArgumentException if two have the same
   */
  public AlertEngine(List<Rule> rules) {
    Set<String> names = new HashSet<>();
    for (Rule rule : rules) {
      if (!names.add(rule.name())) {
        throw new IllegalArgumentException(
            "Invalid alert: %s (must be the name of one only)".formatted(rule.name()));
      }
      collect(rule.signal());
    }
    this.watched = rules.stream().map(Watched::new).toList();
  }

  private void collect(Signal signal) {
    if (signal instanceof Signal.Rate rate) {
      rates.put(rate, new RateWindow(rate.window()));
    } else if (signal instanceof Signal.Ratio ratio) {
      collect(ratio.part());
      collect(ratio.whole());
    } else if (signal instanceof Signal.Difference difference) {
      collect(difference.from());
      collect(difference.less());
    }
  }

  /**
   * Looks.
   *
   * @param now later than at the last look; else nothing is looked at
   * @param metrics what was measured, by name and labels as Prometheus has them
   * @return what has changed, by rule in their order
   */
  public List<Transition> look(Instant now, Map<String, Double> metrics) {
    if (!now.isAfter(last)) {
      return List.of();
    }
    last = now;
    Readings readings = new Readings(metrics);
    rates.forEach((rate, window) -> window.add(now, sum(rate.of()).read(readings).orElse(0)));
    List<Transition> changes = new ArrayList<>();
    for (Watched each : watched) {
      Transition change = each.see(now, value(each.rule().signal(), readings));
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  private static Selector sum(Selector selector) {
    return new Selector(selector.metric(), selector.matchers(), Selector.Of.SUM);
  }

  private OptionalDouble value(Signal signal, Readings readings) {
    if (signal instanceof Signal.Value value) {
      return value.of().read(readings);
    }
    if (signal instanceof Signal.Rate rate) {
      return Objects.requireNonNull(rates.get(rate)).perSecond();
    }
    if (signal instanceof Signal.Absence absence) {
      return OptionalDouble.of(absence.of().read(readings).isPresent() ? 0 : 1);
    }
    if (signal instanceof Signal.Ratio ratio) {
      OptionalDouble part = value(ratio.part(), readings);
      OptionalDouble whole = value(ratio.whole(), readings);
      return part.isPresent() && whole.isPresent() && whole.getAsDouble() >= ratio.leastWhole()
          ? OptionalDouble.of(part.getAsDouble() / whole.getAsDouble())
          : OptionalDouble.empty();
    }
    Signal.Difference difference = (Signal.Difference) signal;
    OptionalDouble from = value(difference.from(), readings);
    OptionalDouble less = value(difference.less(), readings);
    return from.isPresent() && less.isPresent()
        ? OptionalDouble.of(from.getAsDouble() - less.getAsDouble())
        : OptionalDouble.empty();
  }

  /** What fires, by rule in their order. */
  public List<Snapshot.Alert> firing() {
    return watched.stream().filter(Watched::isFiring).map(Watched::alert).toList();
  }

  /**
   * Nothing is looked at any longer, and so nothing is known to be wrong.
   *
   * @return what is resolved by that
   */
  public List<Transition> end(Instant now) {
    return watched.stream().filter(Watched::isFiring).map(each -> each.end(now)).toList();
  }
}
