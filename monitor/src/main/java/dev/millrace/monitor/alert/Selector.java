// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.DoubleStream;

/**
 * Which readings are meant, and how several become one number. Written as Prometheus has it: {@code
 * millrace_slots{pool="io",state=~"used|waiting"}}; a label that a reading does not have is empty.
 *
 * @param metric its name
 * @param matchers all of which a reading has to pass
 * @param of what is made of several
 */
public record Selector(String metric, List<LabelMatcher> matchers, Of of) {

  /** What is made of several readings. */
  public enum Of {
    SUM,
    MAX
  }

  private static final Pattern FORM =
      Pattern.compile("\\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(?:\\{(.*)\\}\\s*)?", Pattern.DOTALL);

  private static final Pattern MATCHER =
      Pattern.compile(
          "\\s*([a-zA-Z_][a-zA-Z0-9_]*)\\s*(=~|!~|!=|=)\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*(,|$)",
          Pattern.DOTALL);

  public Selector {
    matchers = List.copyOf(matchers);
  }

  /**
   * What a label of a reading has to be.
   *
   * @param label its name
   * @param value that it is to have, or must not have
   * @param wanted whether it is to have it
   */
  public record LabelMatcher(String label, Value value, boolean wanted) {

    boolean passes(Map<String, String> labels) {
      return value.matches(labels.getOrDefault(label, "")) == wanted;
    }
  }

  /**
   * What a label may be.
   *
   * @param text itself, or a regular expression for the whole of it
   * @param regex whether it is one
   * @param pattern the same, compiled
   */
  public record Value(String text, boolean regex, Pattern pattern) {

    /**
     * A value, or several.
     *
     * @throws PatternSyntaxException if it is to be a regular expression and is none
     */
    public Value(String text, boolean regex) {
      this(text, regex, Pattern.compile(regex ? text : Pattern.quote(text), Pattern.DOTALL));
    }

    boolean matches(String actual) {
      return pattern.matcher(actual).matches();
    }

    /** Patterns are equal to themselves only. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Value value && value.regex == regex && value.text.equals(text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }

  /**
   * What was written.
   *
   * @throws IllegalArgumentException if it is no selector; the sentence says why
   */
  public static Selector parse(String text, Of of) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw invalid(text);
    }
    List<LabelMatcher> matchers = new ArrayList<>();
    String inner = form.group(2) == null ? "" : form.group(2);
    Matcher matcher = MATCHER.matcher(inner);
    int at = 0;
    while (!inner.substring(at).isBlank()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw invalid(text);
      }
      at = matcher.end();
      String kind = matcher.group(2);
      try {
        matchers.add(
            new LabelMatcher(
                matcher.group(1),
                new Value(Readings.unescaped(matcher.group(3)), kind.endsWith("~")),
                kind.startsWith("=")));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "Invalid metric: %s (must have regular expressions; %s)"
                .formatted(text, e.getDescription()),
            e);
      }
    }
    return new Selector(form.group(1), matchers, of);
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "Invalid metric: %s (must be as in millrace_slots{pool=\"io\",state=~\"used|waiting\"})"
            .formatted(text));
  }

  /** The one number; empty if no reading is meant. */
  OptionalDouble read(Readings readings) {
    double[] values =
        readings.named(metric).stream()
            .filter(each -> matchers.stream().allMatch(one -> one.passes(each.labels())))
            .mapToDouble(Readings.Reading::value)
            .toArray();
    if (values.length == 0) {
      return OptionalDouble.empty();
    }
    return of == Of.MAX
        ? DoubleStream.of(values).max()
        : OptionalDouble.of(DoubleStream.of(values).sum());
  }
}
