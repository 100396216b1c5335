// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Keys with values of a YAML file, which knows where each stands in it. */
final class YamlMap {

  private final String file;
  private final Map<String, Node> values = new LinkedHashMap<>();

  private YamlMap(String file) {
    this.file = file;
  }

  /**
   * Takes them.
   *
   * @param what it is to be
   * @param known keys
   * @throws AlertFileException if it is something else, or has other keys, or one twice
   */
  static YamlMap of(Node node, String file, String what, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw new AlertFileException(
          "Invalid %s: %s (must be keys with values)".formatted(what, place(node, file)));
    }
    YamlMap map = new YamlMap(file);
    for (NodeTuple each : mapping.getValue()) {
      String key = each.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?";
      if (!known.contains(key)) {
        throw new AlertFileException(
            "Invalid key of %s: %s (must be one of %s%s)"
                .formatted(
                    place(each.getKeyNode(), file),
                    key,
                    String.join(", ", new TreeSet<>(known)),
                    Nearest.hint(key, known)));
      }
      if (map.values.put(key, each.getValueNode()) != null) {
        throw new AlertFileException(
            "Invalid key of %s: %s (must be there once)"
                .formatted(place(each.getKeyNode(), file), key));
      }
    }
    return map;
  }

  static AlertFileException invalid(Node node, String file, String key, String value, String must) {
    return new AlertFileException(
        "Invalid %s of %s: %s (must be %s)".formatted(key, place(node, file), value, must));
  }

  static String place(Node node, String file) {
    return node.getStartMark()
        .map(mark -> "%s, line %d".formatted(file, mark.getLine() + 1))
        .orElse(file);
  }

  String file() {
    return file;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** What stands there; empty if nothing does. */
  List<Node> list(String key) {
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw invalid(node, file, key, shown(node), "a list");
  }

  /** A word, or a number as it was written; null if nothing stands there. */
  @Nullable String text(String key) {
    Node node = values.get(key);
    return node == null ? null : text(node, key);
  }

  String text(Node node, String key) {
    if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw invalid(node, file, key, shown(node), "a word or a number");
  }

  private static String shown(Node node) {
    return node instanceof ScalarNode scalar
        ? scalar.getValue()
        : node instanceof SequenceNode ? "a list" : "keys with values";
  }

  /** Refuses what stands there. */
  AlertFileException invalid(String key, String must) {
    Node node = values.get(key);
    return node == null
        ? new AlertFileException("Invalid %s of %s (must be %s)".formatted(key, file, must))
        : invalid(node, file, key, shown(node), must);
  }
}
