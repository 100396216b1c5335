// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The alerts that a user wants, in YAML.
 *
 * <pre>{@code
 * without: [lock_waits]
 * alerts:
 * - name: slow
 *   metric: millrace_rows_written_total
 *   rate: 30s
 *   below: 1000
 *   resolve: 2000
 *   for: 1min
 *   keep: 30s
 *   severity: critical
 *   sentence: Only {value} rows a second are written
 * }</pre>
 *
 * Each has a {@code name}, a {@code metric} (see {@link Selector}) and one of {@code above}, {@code
 * below} (numbers) and {@code absent: true}. {@code of}, {@code sum} or {@code max}, is what is
 * made of several readings; default {@code sum}. With {@code rate}, 1 s to 1 h, a counter's growth
 * a second is looked at. {@code resolve} is by default the threshold, {@code for} and {@code keep}
 * no time, up to a day, {@code severity} {@code warning}. A rule with the name of a built-in one
 * takes its place; {@code without} names built-in ones that are not wanted.
 */
public final class AlertFile {

  /** Rules of a file, built-in ones included. */
  static final int MOST_RULES = 200;

  private AlertFile() {}

  /**
   * The built-in rules as a file wants them, and its own.
   *
   * @throws AlertFileException if it cannot be read, or holds anything else
   */
  public static List<Rule> read(Path file) {
    try {
      return parse(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new AlertFileException("Cannot read " + file + ": there is no such file", e);
    } catch (IOException e) {
      throw new AlertFileException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The same, of a text.
   *
   * @param file named in sentences
   */
  static List<Rule> parse(String text, String file) {
    Optional<Node> root;
    try {
      root = new Compose(LoadSettings.builder().build()).composeString(text);
    } catch (YamlEngineException e) {
      throw new AlertFileException("Cannot read " + file + ": " + problem(e), e);
    }
    List<Rule> builtIn = BuiltInAlerts.rules();
    if (root.isEmpty()) {
      return builtIn;
    }
    YamlMap top = YamlMap.of(root.get(), file, "a file of alerts", Set.of("alerts", "without"));
    Set<String> replaced = without(top, builtIn);
    List<Rule> own = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Node node : top.list("alerts")) {
      Rule rule = AlertEntry.rule(node, file);
      if (!names.add(rule.name())) {
        throw YamlMap.invalid(
            node, file, "name", rule.name(), "another than those of the alerts before");
      }
      own.add(rule);
    }
    replaced.addAll(names);
    List<Rule> all =
        new ArrayList<>(builtIn.stream().filter(rule -> !replaced.contains(rule.name())).toList());
    all.addAll(own);
    if (all.size() > MOST_RULES) {
      throw new AlertFileException(
          "Invalid number of alerts in %s: %d (must be %d at most, built-in ones included)"
              .formatted(file, all.size(), MOST_RULES));
    }
    return List.copyOf(all);
  }

  private static Set<String> without(YamlMap top, List<Rule> builtIn) {
    Set<String> known =
        builtIn.stream().map(Rule::name).collect(Collectors.toCollection(TreeSet::new));
    Set<String> unwanted = new HashSet<>();
    for (Node node : top.list("without")) {
      String name = top.text(node, "without");
      if (!known.contains(name)) {
        throw YamlMap.invalid(
            node,
            top.file(),
            "without",
            name,
            "the name of a built-in alert" + Nearest.hint(name, known));
      }
      unwanted.add(name);
    }
    return unwanted;
  }

  private static String problem(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
      return "line %d: %s"
          .formatted(marked.getProblemMark().get().getLine() + 1, marked.getProblem());
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it is not YAML");
  }
}
