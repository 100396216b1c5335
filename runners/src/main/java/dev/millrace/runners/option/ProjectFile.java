// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.runners.console.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a YAML file into flat keys: {@code sync: {table: t}} is {@code sync.table}. Nothing is made
 * of it but text, whatever tags it has.
 */
public final class ProjectFile {

  /** Deeper than any option stands; an alias may lead in a circle. */
  private static final int DEPTH = 8;

  /**
   * A value and where it stands.
   *
   * @param value as it is written; of a list, separated by commas
   * @param line the first is 1
   */
  public record Entry(String value, int line) {}

  private final Path file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private ProjectFile(Path file) {
    this.file = file;
  }

  /**
   * The values of a file in its order, by key.
   *
   * @throws UsageException if the file cannot be read, or holds anything but keys with words,
   *     numbers or lists of them
   */
  public static Map<String, Entry> read(Path file) {
    Optional<Node> root;
    try {
      root = new Compose(LoadSettings.builder().build()).composeString(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageException("Cannot read " + file + ": there is no such file", e);
    } catch (IOException e) {
      throw new UsageException("Cannot read " + file + ": " + e.getMessage(), e);
    } catch (YamlEngineException e) {
      throw new UsageException("Cannot read " + file + ": " + problem(e), e);
    }
    ProjectFile read = new ProjectFile(file);
    root.ifPresent(node -> read.flatten("", node, 0));
    return read.entries;
  }

  private void flatten(String key, Node node, int depth) {
    if (node instanceof MappingNode map && depth < DEPTH) {
      for (NodeTuple each : map.getValue()) {
        if (!(each.getKeyNode() instanceof ScalarNode name)) {
          throw invalid(key, each.getKeyNode());
        }
        String prefix = key.isEmpty() ? "" : key + ".";
        flatten(prefix + name.getValue(), each.getValueNode(), depth + 1);
      }
    } else if (!key.isEmpty()
        && node instanceof SequenceNode list
        && list.getValue().stream().allMatch(ProjectFile::isScalar)) {
      put(key, texts(list.getValue()), node);
    } else if (!key.isEmpty() && isScalar(node)) {
      put(key, texts(List.of(node)), node);
    } else {
      throw invalid(key, node);
    }
  }

  private void put(String key, String value, Node node) {
    if (entries.put(key, new Entry(value, line(node))) != null) {
      throw new UsageException(
          "Cannot read %s: line %d: %s is there twice".formatted(file, line(node), key));
    }
  }

  private static boolean isScalar(Node node) {
    return node instanceof ScalarNode && !node.getTag().equals(Tag.NULL);
  }

  private static String texts(List<Node> scalars) {
    return scalars.stream()
        .map(scalar -> ((ScalarNode) scalar).getValue())
        .collect(Collectors.joining(","));
  }

  private UsageException invalid(String key, Node node) {
    return new UsageException(
        key.isEmpty()
            ? "Invalid value in %s, line %d: no keys (must be keys with values)"
                .formatted(file, line(node))
            : "Invalid value in %s, line %d: %s (must be a word, a number, true, false or a list of them)"
                .formatted(file, line(node), key));
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  private static String problem(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
      return "line %d: %s"
          .formatted(marked.getProblemMark().get().getLine() + 1, marked.getProblem());
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it is not YAML");
  }
}
