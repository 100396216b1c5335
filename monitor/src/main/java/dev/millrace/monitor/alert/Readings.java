// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was measured at one time, by metric and labels. */
final class Readings {

  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"", Pattern.DOTALL);

  private final Map<String, List<Reading>> byMetric = new HashMap<>();

  /** One number. */
  record Reading(Map<String, String> labels, double value) {}

  /** Takes them by names with labels; what is no number is not there. */
  Readings(Map<String, Double> metrics) {
    metrics.forEach(
        (key, value) -> {
          if (!value.isNaN()) {
            int brace = key.indexOf('{');
            String metric = brace < 0 ? key : key.substring(0, brace);
            byMetric
                .computeIfAbsent(metric, name -> new ArrayList<>())
                .add(new Reading(labels(key, brace), value));
          }
        });
  }

  private static Map<String, String> labels(String key, int brace) {
    Map<String, String> labels = new HashMap<>();
    if (brace >= 0) {
      Matcher matcher = LABEL.matcher(key);
      for (int from = brace; matcher.find(from); from = matcher.end()) {
        labels.put(matcher.group(1), unescaped(matcher.group(2)));
      }
    }
    return labels;
  }

  /** What stands between quotes, without its backslashes. */
  static String unescaped(String value) {
    StringBuilder plain = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char next = value.charAt(i);
      if (next == '\\' && i + 1 < value.length()) {
        i++;
        next = value.charAt(i) == 'n' ? '\n' : value.charAt(i);
      }
      plain.append(next);
    }
    return plain.toString();
  }

  List<Reading> named(String metric) {
    return byMetric.getOrDefault(metric, List.of());
  }
}
