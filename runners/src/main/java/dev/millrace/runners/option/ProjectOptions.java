// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.monitor.Nearest;
import dev.millrace.runners.console.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * What the project file says of options. What stands under {@code environments:} and the name of
 * one goes before what stands beside it, if that is the one that was chosen; what stands under
 * {@code performance:} is for all commands that have such an option, and gives way to what is said
 * of a command.
 *
 * @param file named in sentences
 * @param keys of all options, as in {@code sync.table}
 */
record ProjectOptions(Path file, Set<String> keys) {

  private static final String ENVIRONMENTS = "environments";
  private static final String PERFORMANCE = "performance";

  /** Under these the options of {@link #PERFORMANCE} may be ordered. */
  private static final Set<String> SECTIONS =
      Set.of("caching", "parallel-execution", "resource-limits", "batching", "database");

  /** Where the file is and what of it counts is not for the file to say. */
  private static final Set<String> OUTSIDE = Set.of("config", "environment");

  /**
   * An entry of the file.
   *
   * @param environment under which it stands; empty for none
   * @param shared whether it stands under {@link #PERFORMANCE}
   * @param options keys that it gives a value to
   */
  private record Line(
      String environment, boolean shared, Set<String> options, ProjectFile.Entry entry) {}

  /**
   * Gives out the value of each option by its key, and where it stands; a later one goes before an
   * earlier one.
   *
   * @param environment that was chosen; empty for none
   * @throws UsageException if the file has a key that no option has, or not the environment
   */
  void read(String environment, BiConsumer<String, Settings.Given> out) {
    List<Line> lines = new ArrayList<>();
    Set<String> environments = new TreeSet<>();
    ProjectFile.read(file)
        .forEach(
            (key, entry) -> {
              Line line = line(key, entry);
              lines.add(line);
              environments.add(line.environment);
            });
    environments.remove("");
    if (!environment.isEmpty() && !environments.contains(environment)) {
      throw new UsageException(
          "Invalid --environment: %s (must be one under `environments:` of %s%s)"
              .formatted(
                  environment,
                  file,
                  environments.isEmpty()
                      ? ", which has none"
                      : ": " + String.join(", ", environments)));
    }
    lines.sort(
        Comparator.comparing((Line line) -> !line.environment.isEmpty())
            .thenComparing(line -> !line.shared));
    for (Line line : lines) {
      if (line.environment.isEmpty() || line.environment.equals(environment)) {
        Settings.Given given = new Settings.Given(line.entry.value(), origin(line));
        line.options.forEach(key -> out.accept(key, given));
      }
    }
  }

  private String origin(Line line) {
    return "%s, line %d".formatted(file, line.entry.line());
  }

  private Line line(String key, ProjectFile.Entry entry) {
    List<String> path = Arrays.asList(key.split("\\.", -1));
    String environment = "";
    if (path.get(0).equals(ENVIRONMENTS)) {
      if (path.size() < 3) {
        throw new UsageException(
            "Invalid value in %s, line %d: %s (must be names of environments with their options)"
                .formatted(file, entry.line(), key));
      }
      environment = path.get(1);
      path = path.subList(2, path.size());
    }
    if (path.get(0).equals(PERFORMANCE)) {
      return new Line(environment, true, shared(path, entry), entry);
    }
    String option = String.join(".", path);
    if (!keys.contains(option) || OUTSIDE.contains(option)) {
      throw unknown(entry, option, keys);
    }
    return new Line(environment, false, Set.of(option), entry);
  }

  private Set<String> shared(List<String> path, ProjectFile.Entry entry) {
    if (path.size() > 3 || (path.size() == 3 && !SECTIONS.contains(path.get(1)))) {
      throw unknown(entry, String.join(".", path.subList(0, 2)), SECTIONS);
    }
    String name = path.get(path.size() - 1);
    Map<String, Set<String>> byName =
        keys.stream()
            .filter(key -> !OUTSIDE.contains(key))
            .collect(
                Collectors.groupingBy(
                    key -> key.substring(key.indexOf('.') + 1), HashMap::new, Collectors.toSet()));
    Set<String> options = byName.get(name);
    if (options == null) {
      throw unknown(entry, name, byName.keySet());
    }
    return options;
  }

  private UsageException unknown(ProjectFile.Entry entry, String key, Set<String> known) {
    return new UsageException(
        "Invalid key of %s, line %d: %s (must be the name of an option%s)"
            .formatted(file, entry.line(), key, Nearest.hint(key, known)));
  }
}
