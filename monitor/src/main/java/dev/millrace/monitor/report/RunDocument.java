// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.baseline.Baseline;
import dev.millrace.monitor.baseline.Change;
import dev.millrace.monitor.baseline.Comparison;
import dev.millrace.monitor.baseline.Verdict;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Document;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.report.Part.Tile;
import dev.millrace.monitor.report.Part.Tiles;
import dev.millrace.monitor.report.Part.Tone;
import dev.millrace.monitor.report.Part.Words;
import dev.millrace.monitor.report.RunComparison.Figure;
import dev.millrace.monitor.report.RunReport.Against;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Puts what is known of a run in the order in which people want to know it. */
final class RunDocument {

  private final RunReport report;

  RunDocument(RunReport report) {
    this.report = report;
  }

  Document document() {
    RunDetail run = report.run();
    RunLine line = run.line();
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("", head()));
    RunDetail other = report.other();
    RunComparison comparison = other == null ? null : RunComparison.of(run, other);
    if (other != null && comparison != null) {
      String id = other.line().id();
      sections.add(new Section("Beside " + id, beside(other, comparison)));
      StageSection.of(comparison, id).ifPresent(sections::add);
      PlotSection.of(comparison, id).ifPresent(sections::add);
    } else {
      StageSection.of(run).ifPresent(sections::add);
      PlotSection.of(run).ifPresent(sections::add);
    }
    RejectSection.of(run).ifPresent(sections::add);
    Against against = report.against();
    if (against != null) {
      sections.add(new Section("Against its own history", history(against)));
    }
    Prices prices = report.prices();
    if (prices != null) {
      sections.add(CostSection.of(prices, line));
    }
    sections.add(new Section("Events", events()));
    sections.add(
        comparison == null
            ? SettingsSections.configuration(run)
            : SettingsSections.configuration(comparison));
    SettingsSections.summary(run, other).ifPresent(sections::add);
    return new Document(
        "%s: %s, %s".formatted(line.status().label(), line.pipeline(), line.id()),
        line.pipeline(),
        line.status().label(),
        about(run),
        sections);
  }

  private String about(RunDetail of) {
    RunLine line = of.line();
    return "%s, started %s on %s, runner %s, version %s"
        .formatted(
            line.id(),
            Format.moment(line.started(), report.zone()),
            line.host(),
            line.runner(),
            line.code());
  }

  private List<Part> head() {
    List<Part> parts = new ArrayList<>();
    RunLine line = report.run().line();
    if (line.error() != null) {
      parts.add(new Words(line.error(), Tone.BAD));
    }
    String seen = Format.moment(line.seen(), report.zone());
    if (line.status() == Status.LOST) {
      parts.add(
          new Words(
              "Its process ended without a word; it was last seen at " + seen + ".", Tone.BAD));
    }
    if (line.status() == Status.RUNNING) {
      parts.add(new Words("It still runs; this is how it stood at " + seen + ".", Tone.NOTE));
    }
    List<Tile> tiles = new ArrayList<>();
    for (Total total : Total.values()) {
      Double value = total.of(line.totals());
      boolean isBad = total == Total.REJECTED && value != null && value > 0;
      tiles.add(
          new Tile(total.title(), Format.known(value, total::text), isBad ? Tone.BAD : Tone.PLAIN));
    }
    report.cost(report.run()).ifPresent(cost -> tiles.add(perMillion(cost)));
    parts.add(new Tiles(tiles));
    Against against = report.against();
    if (against != null && against.comparison().regression().isPresent()) {
      parts.add(
          new Words("Worse than its own history: " + against.comparison().words() + ".", Tone.BAD));
    }
    Snapshot snapshot = report.run().snapshot();
    if (snapshot != null && snapshot.slowest() != null) {
      Snapshot.Slowest slowest = snapshot.slowest();
      parts.add(
          new Words(
              "Slowest: %s, %s of its time %s. %s"
                  .formatted(
                      slowest.stage(),
                      Format.percent(slowest.share()),
                      slowest.cause(),
                      slowest.advice()),
              Tone.NOTE));
    }
    return parts;
  }

  private static Tile perMillion(Cost cost) {
    return new Tile(
        "for a million rows",
        Format.known(
            cost.perMillionRows(), each -> Format.digits(each, 3) + " " + cost.prices().currency()),
        Tone.PLAIN);
  }

  private List<Part> beside(RunDetail second, RunComparison comparison) {
    RunDetail run = report.run();
    List<Part> parts = new ArrayList<>();
    parts.add(
        new Words("%s, %s.".formatted(about(second), second.line().status().label()), Tone.QUIET));
    if (!second.line().pipeline().equals(run.line().pipeline())) {
      parts.add(new Words("It is another pipeline: " + second.line().pipeline() + ".", Tone.NOTE));
    }
    List<Figure> figures = new ArrayList<>(comparison.figures());
    Double one = report.cost(run).map(Cost::perMillionRows).orElse(null);
    Double two = report.cost(second).map(Cost::perMillionRows).orElse(null);
    Prices prices = report.prices();
    if (prices != null && (one != null || two != null)) {
      String name = "%s for a million rows".formatted(prices.currency());
      figures.add(Figure.of(name, one, two, value -> Format.digits(value, 4)));
    }
    parts.add(
        new Table(
            List.of(
                Column.text("figure"),
                Column.number("this run"),
                Column.number("the other"),
                Column.number("ratio")),
            figures.stream()
                .map(each -> Line.of(each.name(), each.run(), each.other(), each.ratio()))
                .toList()));
    return parts;
  }

  private List<Part> history(Against with) {
    Comparison comparison = with.comparison();
    List<Part> parts = new ArrayList<>();
    String words = comparison.words();
    parts.add(
        new Words(
            words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + ".",
            comparison.regression().isPresent() ? Tone.BAD : Tone.PLAIN));
    if (!comparison.changes().isEmpty()) {
      parts.add(
          new Table(
              List.of(
                  Column.text("figure"),
                  Column.number("this run"),
                  Column.number("median"),
                  Column.number("19 in 20 are from"),
                  Column.number("to"),
                  Column.number("ratio"),
                  Column.number("p"),
                  Column.text("")),
              comparison.changes().stream().map(RunDocument::line).toList()));
    }
    parts.add(
        new Words(
            ("It is compared with the latest runs before it, up to %d, that were done, with the"
                    + " same command, pipeline, configuration, runner and host, and of its size:"
                    + " %s written.")
                .formatted(Baseline.MOST_RUNS, with.size()),
            Tone.QUIET));
    return parts;
  }

  private static Line line(Change change) {
    String name = change.metric().name();
    return new Line(
        List.of(
            change.metric().words(),
            Format.byName(name, change.value()),
            Format.byName(name, change.typical()),
            Format.byName(name, change.low()),
            Format.byName(name, change.high()),
            Format.ratio(change.ratio()),
            Format.chance(change.p()),
            words(change.verdict())),
        change.verdict() == Verdict.WORSE
            ? Tone.BAD
            : change.verdict() == Verdict.BETTER ? Tone.NOTE : Tone.PLAIN);
  }

  static String words(Verdict verdict) {
    return verdict == Verdict.SAME ? "as before" : verdict.name().toLowerCase(Locale.ROOT);
  }

  private List<Part> events() {
    List<Event> events = report.run().events();
    if (events.isEmpty()) {
      return List.of(new Words("Nothing was decided for it, and nothing befell it.", Tone.QUIET));
    }
    List<Part> parts = new ArrayList<>();
    if (events.size() >= History.MOST_EVENTS) {
      parts.add(new Words("The latest %d.".formatted(History.MOST_EVENTS), Tone.QUIET));
    }
    parts.add(
        new Table(
            List.of(Column.text("time"), Column.text("kind"), Column.text("what, and why")),
            events.stream()
                .map(
                    event ->
                        Line.of(
                            Format.clock(event.time(), report.zone()), event.kind(), event.text()))
                .toList()));
    return parts;
  }
}
