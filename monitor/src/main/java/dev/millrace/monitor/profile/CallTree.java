// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples summed up by the path of calls that they were taken in. Holds at most {@link #MOST_NODES}
 * calls, some 10 MB: what comes deeper then counts for the last one that there is. Not safe for use
 * by several threads.
 */
final class CallTree {

  static final int MOST_NODES = 50_000;

  private final Node root = new Node("all", false);
  private int nodes = 1;

  /** A call within others, or at the end of a path what was waited for, read, or made. */
  static final class Node {
    private final String name;
    private final boolean isThing;
    private final Map<String, Node> children = new LinkedHashMap<>();
    private long total;
    private long self;

    private Node(String name, boolean isThing) {
      this.name = name;
      this.isThing = isThing;
    }

    String name() {
      return name;
    }

    /** Whether it is what a call dealt with, and no call. */
    boolean isThing() {
      return isThing;
    }

    long total() {
      return total;
    }

    /** The total without those of the calls within. */
    long self() {
      return self;
    }

    /** The calls within, the largest first. */
    List<Node> children() {
      return children.values().stream()
          .sorted(Comparator.comparingLong(Node::total).reversed())
          .toList();
    }

    Collection<Node> unordered() {
      return children.values();
    }
  }

  /**
   * Adds a sample.
   *
   * @param path of calls, the outermost first
   * @param thing that the innermost dealt with; empty for none
   * @param value what it counts for
   */
  void add(List<String> path, String thing, long value) {
    Node node = root;
    node.total += value;
    for (String call : path) {
      Node next = within(node, call, false);
      if (next == node) {
        break;
      }
      node = next;
      node.total += value;
    }
    if (!thing.isEmpty()) {
      Node next = within(node, thing, true);
      if (next != node) {
        node = next;
        node.total += value;
      }
    }
    node.self += value;
  }

  /** The same, when there is room for no other. */
  private Node within(Node node, String name, boolean isThing) {
    Node next = node.children.get(name);
    if (next == null && nodes < MOST_NODES) {
      next = new Node(name, isThing);
      node.children.put(name, next);
      nodes++;
    }
    return next == null ? node : next;
  }

  Node root() {
    return root;
  }
}
