// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.Part.Bar;
import dev.millrace.monitor.report.Part.Bars;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.report.RunComparison.Spent;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.StageLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the stages of a run, or of two, spent their time on. */
final class StageSection {

  /** What is less is drawn, and not told. */
  private static final double LEAST_TOLD = 0.005;

  private StageSection() {}

  /** What the stages of a run spent their time on. */
  static Optional<Section> of(RunDetail run) {
    Snapshot snapshot = run.snapshot();
    if (snapshot == null || snapshot.stages().isEmpty()) {
      return Optional.empty();
    }
    double longest = snapshot.stages().stream().mapToDouble(StageLine::seconds).max().orElse(0);
    List<Bar> bars = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (StageLine stage : snapshot.stages()) {
      String seconds = Format.duration(stage.seconds());
      double length = longest == 0 ? 0 : stage.seconds() / longest;
      bars.add(bar(stage.name(), seconds, length, stage.shares()));
      lines.add(
          Line.of(
              stage.name(),
              seconds,
              Format.digits(stage.threads(), 2),
              Format.bytes((double) stage.allocatedBytes()),
              Format.bytes((double) stage.readBytes()),
              Format.bytes((double) stage.writtenBytes())));
    }
    return section(
        bars,
        new Table(
            List.of(
                Column.text("stage"),
                Column.number("time of all threads"),
                Column.number("threads"),
                Column.number("allocated"),
                Column.number("read"),
                Column.number("written")),
            lines));
  }

  /** The same of two runs, stage by stage. */
  static Optional<Section> of(RunComparison comparison, String other) {
    if (comparison.stages().isEmpty()) {
      return Optional.empty();
    }
    List<Bar> bars = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (RunComparison.Stage stage : comparison.stages()) {
      Spent here = stage.run();
      Spent there = stage.other();
      if (here != null) {
        bars.add(bar(stage.name() + ", this run", here.seconds(), here.length(), here.shares()));
      }
      if (there != null) {
        bars.add(bar(stage.name() + ", " + other, there.seconds(), there.length(), there.shares()));
      }
      lines.add(
          Line.of(
              stage.name(),
              Format.known(here, Spent::seconds),
              Format.known(there, Spent::seconds),
              stage.ratio(),
              Format.known(here, Spent::allocated),
              Format.known(there, Spent::allocated)));
    }
    return section(
        bars,
        new Table(
            List.of(
                Column.text("stage"),
                Column.number("time, this run"),
                Column.number("the other"),
                Column.number("ratio"),
                Column.number("allocated, this run"),
                Column.number("the other")),
            lines));
  }

  private static Optional<Section> section(List<Bar> bars, Table table) {
    return Optional.of(new Section("Stages", List.of(new Bars(bars), table)));
  }

  private static Bar bar(String name, String seconds, double length, Map<String, Double> all) {
    Map<String, Double> shares = new LinkedHashMap<>();
    all.entrySet().stream()
        .filter(share -> share.getValue() > 0)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(share -> shares.put(share.getKey(), share.getValue()));
    String note =
        shares.entrySet().stream()
            .filter(share -> share.getValue() >= LEAST_TOLD)
            .map(share -> share.getKey() + " " + Format.percent(share.getValue()))
            .collect(Collectors.joining(", "));
    return new Bar(name, seconds + ": " + note, length, shares);
  }
}
