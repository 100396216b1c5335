// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.report.Part.Tone;
import dev.millrace.monitor.report.Part.Words;
import dev.millrace.monitor.report.RunComparison.Setting;
import dev.millrace.monitor.run.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run was given, and what it said at its end; beside another run if there is one. */
final class SettingsSections {

  /** Of a summary, told elsewhere. */
  private static final Set<String> TOLD =
      Set.of("command", "status", "run_id", "runner", "stages", "bottleneck", "error", "events");

  private SettingsSections() {}

  /** What the run was given and ran on. */
  static Section configuration(RunDetail run) {
    List<Line> lines = new ArrayList<>();
    settings(run).forEach((name, value) -> lines.add(Line.of(name, value)));
    return new Section(
        "Configuration",
        List.of(new Table(List.of(Column.text("name"), Column.text("value")), lines)));
  }

  /** The same of two runs; what differs comes first. */
  static Section configuration(RunComparison comparison) {
    long differing = comparison.settings().stream().filter(Setting::differs).count();
    return new Section(
        "Configuration",
        List.of(
            new Words(
                differing == 0
                    ? "Nothing differs."
                    : "%d of %d differ; they come first."
                        .formatted(differing, comparison.settings().size()),
                Tone.QUIET),
            new Table(
                List.of(Column.text("name"), Column.text("this run"), Column.text("the other")),
                comparison.settings().stream()
                    .map(
                        each ->
                            new Line(
                                List.of(each.name(), each.run(), each.other()),
                                each.differs() ? Tone.NOTE : Tone.PLAIN))
                    .toList())));
  }

  static Map<String, String> settings(RunDetail run) {
    Map<String, String> settings = new LinkedHashMap<>(run.start().configuration());
    Machine machine = run.start().machine();
    settings.put("(configuration)", run.line().configurationHash());
    settings.put("(runner)", run.line().runner());
    settings.put("(version)", run.line().code());
    settings.put("(host)", machine.host());
    settings.put("(processors)", String.valueOf(machine.processors()));
    settings.put("(heap)", Format.bytes((double) machine.heapBytes()));
    settings.put("(system)", machine.system());
    settings.put("(java)", machine.java());
    return settings;
  }

  /** All that the command printed at its end and is not told elsewhere. */
  static Optional<Section> summary(RunDetail run, @Nullable RunDetail other) {
    Map<String, String> one = summary(run);
    Map<String, String> two = other == null ? Map.of() : summary(other);
    Set<String> names = new LinkedHashSet<>(one.keySet());
    names.addAll(two.keySet());
    if (names.isEmpty()) {
      return Optional.empty();
    }
    List<Line> lines = new ArrayList<>();
    for (String name : names) {
      String here = one.getOrDefault(name, Format.NONE);
      lines.add(
          other == null
              ? Line.of(name, here)
              : Line.of(name, here, two.getOrDefault(name, Format.NONE)));
    }
    List<Column> columns =
        other == null
            ? List.of(Column.text("field"), Column.text("value"))
            : List.of(Column.text("field"), Column.text("this run"), Column.text("the other"));
    return Optional.of(new Section("Summary", List.of(new Table(columns, lines))));
  }

  private static Map<String, String> summary(RunDetail run) {
    Map<String, String> fields = new LinkedHashMap<>();
    String summary = run.summary();
    if (summary != null) {
      flatten("", "", Json.read(summary, Map.class), fields);
    }
    return fields;
  }

  /**
   * Puts fields of fields under one name.
   *
   * @param unit the name of the field around it that tells the unit; empty if none does
   */
  private static void flatten(
      String prefix, String unit, Map<?, ?> values, Map<String, String> fields) {
    values.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          String path = prefix + name;
          String by = name.endsWith("bytes") || name.endsWith("seconds") ? name : unit;
          if (TOLD.contains(name) || value == null) {
            return;
          }
          if (value instanceof Map<?, ?> map) {
            flatten(path + ", ", by, map, fields);
          } else if (value instanceof Number number) {
            fields.put(path, Format.byName(by, number.doubleValue()));
          } else if (value instanceof List<?> list) {
            fields.put(
                path, list.stream().map(Objects::toString).collect(Collectors.joining(", ")));
          } else {
            fields.put(path, value.toString());
          }
        });
  }
}
