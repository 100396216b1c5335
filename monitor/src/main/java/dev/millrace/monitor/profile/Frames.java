// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import org.jspecify.annotations.Nullable;

/**
 * Names of calls as people know them, the same for what differs only by a number of the JVM's. Not
 * safe for use by several threads.
 */
final class Frames {

  /** The JVM numbers the classes that it makes itself. */
  private static final Pattern NUMBERED =
      Pattern.compile(
          "(?<=\\$\\$Lambda|GeneratedMethodAccessor|GeneratedConstructorAccessor)\\$?\\d+"
              + "|[/+]0x[0-9a-f]+|\\.\\d+(?=\\.|$)");

  /** Beam calls each step by a class that it makes for it. */
  private static final Pattern INVOKER =
      Pattern.compile("(.+)\\$DoFnInvoker(\\$\\w+)?\\.invoke\\w+");

  private static final List<String> RUNNER =
      List.of("java.", "jdk.", "sun.", "org.apache.beam.", "org.apache.flink.", "akka.");

  /** By what the JVM calls them: samples share their calls. */
  private final Map<String, String> names = new HashMap<>();

  /** The path of a sample, the outermost call first. */
  List<String> path(@Nullable RecordedStackTrace trace) {
    List<String> path = new ArrayList<>();
    if (trace != null) {
      for (RecordedFrame frame : trace.getFrames()) {
        if (frame.isJavaFrame()) {
          RecordedMethod method = frame.getMethod();
          path.add(
              names.computeIfAbsent(
                  method.getType().getName() + "." + method.getName(), Frames::name));
        }
      }
    }
    Collections.reverse(path);
    return path;
  }

  /**
   * The innermost step that a path is in, by the class of its {@code DoFn} without its package;
   * empty if it is in none, or in one that the runner has put in itself.
   */
  static Optional<String> step(List<String> path) {
    int invoker = invoker(path);
    if (invoker < 0 || isRunner(path.get(invoker))) {
      return Optional.empty();
    }
    String type = INVOKER.matcher(path.get(invoker)).replaceFirst("$1");
    return Optional.of(type.substring(type.lastIndexOf('.') + 1).replace('$', '.'));
  }

  private static int invoker(List<String> path) {
    int last = path.size() - 1;
    while (last >= 0
        && !(path.get(last).contains("$DoFnInvoker")
            && INVOKER.matcher(path.get(last)).matches())) {
      last--;
    }
    return last;
  }

  /**
   * The same path without the calls by which a runner came to the innermost step, or where there is
   * none, to what is not its own; all of it if nothing would be left.
   */
  static List<String> withoutRunner(List<String> path) {
    int first = invoker(path) + 1;
    while (first < path.size() && isRunner(path.get(first))) {
      first++;
    }
    return first == path.size() ? path : path.subList(first, path.size());
  }

  private static boolean isRunner(String call) {
    return RUNNER.stream().anyMatch(call::startsWith);
  }

  /** As in {@code dev.millrace.read.ReadFn$$Lambda.accept}. */
  static String name(String recorded) {
    return NUMBERED.matcher(recorded).replaceAll("");
  }

  /** As in {@code byte[]}. */
  static String type(@Nullable RecordedClass type) {
    return type == null ? "something" : type(type.getName());
  }

  /** The same of what the JVM calls it, as in {@code [B}. */
  static String type(String recorded) {
    int depth = 0;
    while (depth < recorded.length() && recorded.charAt(depth) == '[') {
      depth++;
    }
    String element = recorded.substring(depth);
    if (depth > 0) {
      element =
          switch (element) {
            case "B" -> "byte";
            case "C" -> "char";
            case "D" -> "double";
            case "F" -> "float";
            case "I" -> "int";
            case "J" -> "long";
            case "S" -> "short";
            case "Z" -> "boolean";
            default ->
                element.startsWith("L") && element.endsWith(";")
                    ? element.substring(1, element.length() - 1).replace('/', '.')
                    : element;
          };
    }
    return name(element) + "[]".repeat(depth);
  }
}
