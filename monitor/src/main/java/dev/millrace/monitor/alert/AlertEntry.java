// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.Durations;
import dev.millrace.monitor.alert.Rule.Side;
import dev.millrace.monitor.alert.Selector.Of;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;

/** One alert of a file; see {@link AlertFile}. */
final class AlertEntry {

  private static final Set<String> KEYS =
      Set.of(
          "name",
          "metric",
          "of",
          "rate",
          "above",
          "below",
          "absent",
          "resolve",
          "for",
          "keep",
          "severity",
          "sentence");

  private static final List<String> LIMITS = List.of("above", "below", "absent");

  private static final Duration DAY = Duration.ofDays(1);

  private final Node node;
  private final YamlMap map;

  private AlertEntry(Node node, String file) {
    this.node = node;
    this.map = YamlMap.of(node, file, "alert", KEYS);
  }

  /**
   * The rule.
   *
   * @throws AlertFileException if it is none; the sentence says where and why
   */
  static Rule rule(Node node, String file) {
    AlertEntry entry = new AlertEntry(node, file);
    try {
      return entry.rule();
    } catch (IllegalArgumentException e) {
      throw new AlertFileException(
          "Invalid alert of %s: %s".formatted(YamlMap.place(node, file), e.getMessage()), e);
    }
  }

  private Rule rule() {
    String name = required("name");
    String metric = required("metric");
    List<String> limits = LIMITS.stream().filter(map::has).toList();
    if (limits.size() != 1) {
      throw YamlMap.invalid(
          node, map.file(), "alert", name, "limited by one of above, below and absent");
    }
    Signal signal = signal(metric, limits.get(0).equals("absent"));
    Side side = limits.get(0).equals("below") ? Side.BELOW : Side.ABOVE;
    double threshold = signal instanceof Signal.Absence ? 0 : number(limits.get(0));
    String sentence = map.text("sentence");
    return new Rule(
        name,
        signal,
        side,
        threshold,
        map.has("resolve") ? number("resolve") : threshold,
        map.has("for") ? duration("for", Duration.ZERO, DAY) : Duration.ZERO,
        map.has("keep") ? duration("keep", Duration.ZERO, DAY) : Duration.ZERO,
        map.has("severity") ? word("severity", Severity.values()) : Severity.WARNING,
        sentence == null ? sentence(metric, signal, side, threshold) : sentence);
  }

  private String required(String key) {
    String text = map.text(key);
    if (text == null) {
      throw new AlertFileException(
          "Invalid alert of %s: it has no %s (must have a name and a metric)"
              .formatted(YamlMap.place(node, map.file()), key));
    }
    return text;
  }

  private Signal signal(String metric, boolean absent) {
    Of of = map.has("of") ? word("of", Of.values()) : Of.SUM;
    Selector selector = Selector.parse(metric, of);
    if (absent) {
      for (String other : List.of("rate", "resolve", "of")) {
        if (map.has(other)) {
          throw map.invalid(other, "left out with absent");
        }
      }
      if (!"true".equals(map.text("absent"))) {
        throw map.invalid("absent", "true");
      }
      return new Signal.Absence(selector);
    }
    if (!map.has("rate")) {
      return new Signal.Value(selector);
    }
    if (of == Of.MAX) {
      throw map.invalid("of", "sum with rate");
    }
    return new Signal.Rate(selector, duration("rate", Duration.ofSeconds(1), Duration.ofHours(1)));
  }

  private static String sentence(String metric, Signal signal, Side side, double threshold) {
    return signal instanceof Signal.Absence
        ? metric + " is not there"
        : "%s is {value}%s, %s %s"
            .formatted(
                metric,
                signal instanceof Signal.Rate ? " a second" : "",
                side.name().toLowerCase(Locale.ROOT),
                Rule.number(threshold));
  }

  private double number(String key) {
    try {
      double number = Double.parseDouble(String.valueOf(map.text(key)));
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the sentence that infinite numbers have too.
    }
    throw map.invalid(key, "a finite number");
  }

  private Duration duration(String key, Duration least, Duration most) {
    return Durations.parse(String.valueOf(map.text(key)))
        .filter(time -> time.compareTo(least) >= 0 && time.compareTo(most) <= 0)
        .orElseThrow(
            () ->
                map.invalid(
                    key,
                    "from %s to %s, as in 30s, 5min"
                        .formatted(Durations.text(least), Durations.text(most))));
  }

  private <E extends Enum<E>> E word(String key, E[] values) {
    String text = String.valueOf(map.text(key));
    return Stream.of(values)
        .filter(value -> label(value).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                map.invalid(
                    key,
                    "one of "
                        + Arrays.stream(values)
                            .map(AlertEntry::label)
                            .collect(Collectors.joining(", "))));
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
