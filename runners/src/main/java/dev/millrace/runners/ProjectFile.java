// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a YAML file of options into flat keys: {@code sync: {table: t}} is {@code sync.table}. */
final class ProjectFile {

  private ProjectFile() {}

  /**
   * The options of a file in its order; a list becomes a comma-separated value.
   *
   * @throws UsageException if the file cannot be read, or holds anything but options
   */
  static Map<String, String> read(Path file) {
    Object root;
    try {
      root = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageException("Cannot read " + file + ": there is no such file", e);
    } catch (IOException e) {
      throw new UsageException("Cannot read " + file + ": " + e.getMessage(), e);
    } catch (YamlEngineException e) {
      throw new UsageException("Cannot read " + file + ": " + problem(e), e);
    }
    Map<String, String> options = new LinkedHashMap<>();
    if (root != null) {
      flatten(file, "", root, options);
    }
    return options;
  }

  private static void flatten(
      Path file, String key, @Nullable Object value, Map<String, String> options) {
    boolean named = !key.isEmpty();
    if (value instanceof Map<?, ?> map && !key.contains(".")) {
      String prefix = named ? key + "." : "";
      map.forEach((name, nested) -> flatten(file, prefix + name, nested, options));
    } else if (named
        && value instanceof List<?> list
        && list.stream().allMatch(ProjectFile::isScalar)) {
      options.put(key, list.stream().map(String::valueOf).collect(Collectors.joining(",")));
    } else if (named && isScalar(value)) {
      options.put(key, String.valueOf(value));
    } else {
      throw new UsageException(
          "Invalid value in %s: %s (must be a word, a number, true, false or a list of them)"
              .formatted(file, named ? key : value));
    }
  }

  private static boolean isScalar(@Nullable Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }

  private static String problem(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
      return "line %d: %s"
          .formatted(marked.getProblemMark().get().getLine() + 1, marked.getProblem());
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it is not YAML");
  }
}
