// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.Part.Bar;
import dev.millrace.monitor.report.Part.Bars;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.StageLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the stages of a run, or of two, spent their time on. */
final class StageSection {

  /** What is less is drawn, and not told. */
  private static final double LEAST_TOLD = 0.005;

  private StageSection() {}

  /** What stages spent their time on. */
  static Optional<Section> of(RunDetail run, @Nullable RunDetail other) {
    Map<String, StageLine> one = byName(run);
    Map<String, StageLine> two = other == null ? Map.of() : byName(other);
    Set<String> names = new LinkedHashSet<>(one.keySet());
    names.addAll(two.keySet());
    if (names.isEmpty()) {
      return Optional.empty();
    }
    double longest = 0;
    for (String name : names) {
      longest = Math.max(longest, Math.max(seconds(one.get(name)), seconds(two.get(name))));
    }
    List<Bar> bars = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (String name : names) {
      StageLine here = one.get(name);
      StageLine there = two.get(name);
      if (here != null) {
        bars.add(bar(other == null ? name : name + ", this run", here, longest));
      }
      if (there != null && other != null) {
        bars.add(bar(name + ", " + other.line().id(), there, longest));
      }
      if (other == null && here != null) {
        lines.add(
            Line.of(
                name,
                Format.duration(here.seconds()),
                Format.digits(here.threads(), 2),
                Format.bytes((double) here.allocatedBytes())));
      } else {
        lines.add(
            Line.of(
                name,
                Format.known(here, stage -> Format.duration(stage.seconds())),
                Format.known(there, stage -> Format.duration(stage.seconds())),
                Format.ratio(
                    here == null ? null : here.seconds(), there == null ? null : there.seconds()),
                Format.known(here, stage -> Format.bytes((double) stage.allocatedBytes())),
                Format.known(there, stage -> Format.bytes((double) stage.allocatedBytes()))));
      }
    }
    List<Column> columns =
        other == null
            ? List.of(
                Column.text("stage"),
                Column.number("time of all threads"),
                Column.number("threads"),
                Column.number("allocated"))
            : List.of(
                Column.text("stage"),
                Column.number("time, this run"),
                Column.number("the other"),
                Column.number("ratio"),
                Column.number("allocated, this run"),
                Column.number("the other"));
    return Optional.of(new Section("Stages", List.of(new Bars(bars), new Table(columns, lines))));
  }

  private static Map<String, StageLine> byName(RunDetail run) {
    Map<String, StageLine> stages = new LinkedHashMap<>();
    Snapshot snapshot = run.snapshot();
    if (snapshot != null) {
      snapshot.stages().forEach(stage -> stages.put(stage.name(), stage));
    }
    return stages;
  }

  private static double seconds(@Nullable StageLine stage) {
    return stage == null ? 0 : stage.seconds();
  }

  private static Bar bar(String name, StageLine stage, double longest) {
    Map<String, Double> shares = new LinkedHashMap<>();
    stage.shares().entrySet().stream()
        .filter(share -> share.getValue() > 0)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(share -> shares.put(share.getKey(), share.getValue()));
    String note =
        shares.entrySet().stream()
            .filter(share -> share.getValue() >= LEAST_TOLD)
            .map(share -> share.getKey() + " " + Format.percent(share.getValue()))
            .collect(Collectors.joining(", "));
    return new Bar(
        name,
        Format.duration(stage.seconds()) + ": " + note,
        longest == 0 ? 0 : stage.seconds() / longest,
        shares);
  }
}
