// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import static dev.millrace.monitor.alert.AlertState.FIRING;
import static dev.millrace.monitor.alert.AlertState.INACTIVE;
import static dev.millrace.monitor.alert.AlertState.PENDING;
import static dev.millrace.monitor.alert.AlertState.RESOLVED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.monitor.alert.Rule.Side;
import dev.millrace.monitor.alert.Selector.Of;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The engine against what its definitions say, worked out from all looks anew at each. */
class AlertModelTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final int LOOKS = 120;

  /** What was there at a look. */
  private record Look(Instant time, Map<String, Double> metrics) {}

  @Property(tries = 1000, seed = "42")
  void engine_shouldDoAsItsDefinitionSays(@ForAll long seed) {
    Random random = new Random(seed);
    Rule rule = rule(random);
    AlertEngine engine = new AlertEngine(List.of(rule));
    List<Look> looks = new ArrayList<>();
    List<OptionalDouble> values = new ArrayList<>();
    List<AlertState> states = new ArrayList<>();
    AlertState was = INACTIVE;
    for (int i = 0; i < LOOKS; i++) {
      looks.add(look(looks, random));
      values.add(value(rule.signal(), looks));
      states.add(state(rule, looks, values, states));

      AlertState now = was;
      for (Transition change : engine.look(looks.get(i).time(), looks.get(i).metrics())) {
        assertThat(change.from()).isEqualTo(was);
        assertThat(
                change.value() == null ? OptionalDouble.empty() : OptionalDouble.of(change.value()))
            .isEqualTo(values.get(i));
        now = change.to();
      }
      assertThat(now).as("look %d of %s", i, rule).isEqualTo(states.get(i));
      assertThat(engine.firing()).hasSize(now == FIRING ? 1 : 0);
      was = now;
    }
  }

  private static Rule rule(Random random) {
    Side side = random.nextBoolean() ? Side.ABOVE : Side.BELOW;
    double threshold = random.nextInt(5);
    double slack = random.nextInt(3);
    return new Rule(
        "rule",
        signal(random, 2),
        side,
        threshold,
        side == Side.ABOVE ? threshold - slack : threshold + slack,
        Duration.ofSeconds(random.nextInt(6)),
        Duration.ofSeconds(random.nextInt(6)),
        Severity.WARNING,
        "{value}");
  }

  private static Signal signal(Random random, int depth) {
    Selector selector =
        Selector.parse(
            List.of("x", "x{a=\"1\"}", "x{a!=\"1\"}", "x{a=~\"1|2\"}").get(random.nextInt(4)),
            random.nextBoolean() ? Of.SUM : Of.MAX);
    return switch (random.nextInt(depth == 0 ? 3 : 5)) {
      case 0 -> new Signal.Value(selector);
      case 1 -> new Signal.Rate(selector, Duration.ofSeconds(1 + random.nextInt(10)));
      case 2 -> new Signal.Absence(selector);
      case 3 -> new Signal.Ratio(signal(random, depth - 1), signal(random, depth - 1), 0.5);
      default -> new Signal.Difference(signal(random, depth - 1), signal(random, depth - 1));
    };
  }

  /** Series go up and down, begin anew, go and come back. */
  private static Look look(List<Look> before, Random random) {
    Instant time =
        before.isEmpty()
            ? START
            : before.get(before.size() - 1).time().plusMillis(1 + random.nextInt(2000));
    Map<String, Double> metrics = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      String key = i == 0 ? "x" : "x{a=\"" + i + "\"}";
      double last =
          before.isEmpty() ? 0 : before.get(before.size() - 1).metrics().getOrDefault(key, 0.0);
      switch (random.nextInt(8)) {
        case 0 -> metrics.put(key, Double.NaN);
        case 1 -> metrics.put(key, (double) random.nextInt(4));
        case 2, 3, 4 -> metrics.put(key, (Double.isNaN(last) ? 0 : last) + random.nextInt(8));
        case 5, 6 -> metrics.put(key, Double.isNaN(last) ? 1 : last);
        default -> {}
      }
    }
    return new Look(time, metrics);
  }

  private static OptionalDouble value(Signal signal, List<Look> looks) {
    Look now = looks.get(looks.size() - 1);
    if (signal instanceof Signal.Value value) {
      return read(value.of(), now);
    }
    if (signal instanceof Signal.Absence absence) {
      return OptionalDouble.of(read(absence.of(), now).isEmpty() ? 1 : 0);
    }
    if (signal instanceof Signal.Rate rate) {
      return rate(rate, looks);
    }
    if (signal instanceof Signal.Ratio ratio) {
      OptionalDouble part = value(ratio.part(), looks);
      OptionalDouble whole = value(ratio.whole(), looks);
      return part.isEmpty() || whole.isEmpty() || whole.getAsDouble() < ratio.leastWhole()
          ? OptionalDouble.empty()
          : OptionalDouble.of(part.getAsDouble() / whole.getAsDouble());
    }
    Signal.Difference difference = (Signal.Difference) signal;
    OptionalDouble from = value(difference.from(), looks);
    OptionalDouble less = value(difference.less(), looks);
    return from.isEmpty() || less.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(from.getAsDouble() - less.getAsDouble());
  }

  private static OptionalDouble rate(Signal.Rate rate, List<Look> looks) {
    int last = looks.size() - 1;
    if (last == 0) {
      return OptionalDouble.empty();
    }
    Instant begin = looks.get(last).time().minus(rate.window());
    int first = last - 1;
    while (first > 0 && looks.get(first).time().isAfter(begin)) {
      first--;
    }
    double grown = 0;
    for (int i = first + 1; i <= last; i++) {
      double was = count(rate, looks.get(i - 1));
      double is = count(rate, looks.get(i));
      grown += is < was ? is : is - was;
    }
    return OptionalDouble.of(
        grown
            / (Duration.between(looks.get(first).time(), looks.get(last).time()).toNanos() / 1e9));
  }

  private static double count(Signal.Rate rate, Look look) {
    return read(new Selector(rate.of().metric(), rate.of().matchers(), Of.SUM), look).orElse(0);
  }

  private static OptionalDouble read(Selector selector, Look look) {
    String matcher = selector.matchers().isEmpty() ? "" : selector.matchers().get(0).toString();
    double[] meant =
        look.metrics().entrySet().stream()
            .filter(each -> !each.getValue().isNaN())
            .filter(
                each ->
                    matcher.isEmpty()
                        || (matcher.contains("1|2")
                            ? each.getKey().contains("=")
                            : each.getKey().contains("\"1\"") == matcher.contains("wanted=true")))
            .mapToDouble(Map.Entry::getValue)
            .toArray();
    if (meant.length == 0) {
      return OptionalDouble.empty();
    }
    double result = selector.of() == Of.SUM ? 0 : Double.NEGATIVE_INFINITY;
    for (double each : meant) {
      result = selector.of() == Of.SUM ? result + each : Math.max(result, each);
    }
    return OptionalDouble.of(result);
  }

  /** From how long, up to now, each look in a row was wrong, or right. */
  private static AlertState state(
      Rule rule, List<Look> looks, List<OptionalDouble> values, List<AlertState> before) {
    int last = looks.size() - 1;
    AlertState was = last == 0 ? INACTIVE : before.get(last - 1);
    if (was == FIRING) {
      int fired = fired(before);
      int first = last + 1;
      while (first - 1 > fired && !isBeyond(rule, values.get(first - 1), rule.resolve())) {
        first--;
      }
      return first <= last && millis(looks, first, last) >= rule.keep().toMillis()
          ? RESOLVED
          : FIRING;
    }
    int first = last + 1;
    while (first > 0
        && (first - 1 == last || before.get(first - 1) == PENDING)
        && isBeyond(rule, values.get(first - 1), rule.threshold())) {
      first--;
    }
    if (first > last) {
      return was == RESOLVED ? RESOLVED : INACTIVE;
    }
    return millis(looks, first, last) >= rule.pending().toMillis() ? FIRING : PENDING;
  }

  /** The look at which it began to fire. */
  private static int fired(List<AlertState> before) {
    int at = before.size() - 1;
    while (at > 0 && before.get(at - 1) == FIRING) {
      at--;
    }
    return at;
  }

  private static long millis(List<Look> looks, int first, int last) {
    return Duration.between(looks.get(first).time(), looks.get(last).time()).toMillis();
  }

  private static boolean isBeyond(Rule rule, OptionalDouble value, double limit) {
    return value.isPresent()
        && (rule.side() == Side.ABOVE ? value.getAsDouble() > limit : value.getAsDouble() < limit);
  }
}
