// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.baseline.Change;
import dev.millrace.monitor.baseline.Comparison;
import dev.millrace.monitor.baseline.Verdict;
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
import dev.millrace.monitor.run.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts what is known of the runs of a day in the order in which people want to know it. */
final class DailyDocument {

  /** Of the runs that moved most. */
  private static final int MOST_MOVED = 10;

  private static final int MOST_LISTED = 200;

  private final DailyReport report;

  DailyDocument(DailyReport report) {
    this.report = report;
  }

  Document document() {
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("", List.of(tiles())));
    if (!report.runs().isEmpty()) {
      failures(sections);
      sections.add(new Section("Against their own history", histories()));
      sections.add(new Section("By pipeline", List.of(pipelines())));
      sections.add(new Section("Runs", list()));
    }
    String heading = "Runs of " + report.day();
    return new Document(
        heading,
        heading,
        "",
        report.runs().isEmpty()
            ? "No run began on that day (%s).".formatted(report.zone())
            : "Those that began on that day, by the clock of %s.".formatted(report.zone()),
        sections);
  }

  private Tiles tiles() {
    List<Tile> tiles = new ArrayList<>();
    tiles.add(new Tile("runs", Format.count(report.runs().size()), Tone.PLAIN));
    for (Status status : Status.values()) {
      long count = report.runs().stream().filter(run -> run.status() == status).count();
      if (count > 0 || status == Status.DONE || status == Status.FAILED) {
        tiles.add(
            new Tile(
                status.label(),
                Format.count(count),
                isBad(status) && count > 0 ? Tone.BAD : Tone.PLAIN));
      }
    }
    long worse =
        report.comparisons().values().stream()
            .filter(each -> each.regression().isPresent())
            .count();
    tiles.add(
        new Tile("worse than before", Format.count(worse), worse > 0 ? Tone.BAD : Tone.PLAIN));
    Sum sum = new Sum(report.prices());
    report.runs().forEach(sum::add);
    tiles.add(new Tile("rows written", Format.count(sum.rows), Tone.PLAIN));
    tiles.add(new Tile("processor time", Format.duration(sum.cpuSeconds), Tone.PLAIN));
    if (report.prices() != null) {
      tiles.add(new Tile("cost, as far as known", sum.amount(), Tone.PLAIN));
    }
    return new Tiles(tiles);
  }

  private static boolean isBad(Status status) {
    return status == Status.FAILED || status == Status.LOST;
  }

  /** What several runs did and took. */
  private static final class Sum {
    private final @Nullable Prices prices;
    private int runs;
    private int done;
    private long rows;
    private double seconds;
    private double cpuSeconds;
    private double cost;

    Sum(@Nullable Prices prices) {
      this.prices = prices;
    }

    void add(RunLine run) {
      runs++;
      done += run.status() == Status.DONE ? 1 : 0;
      Long written = run.totals().rowsWritten();
      Double took = run.totals().seconds();
      Double cpu = run.totals().cpuSeconds();
      rows += written == null ? 0 : written;
      seconds += took == null ? 0 : took;
      cpuSeconds += cpu == null ? 0 : cpu;
      cost += prices == null ? 0 : Cost.of(prices, run).map(Cost::total).orElse(0.0);
    }

    String amount() {
      return prices == null ? Format.NONE : Format.digits(cost, 3) + " " + prices.currency();
    }
  }

  private void failures(List<Section> sections) {
    List<Line> lines = new ArrayList<>();
    for (RunLine run : report.runs()) {
      String why =
          run.error() != null
              ? run.error()
              : run.status() == Status.LOST ? "Its process ended without a word." : "";
      if (run.status() != Status.DONE && run.status() != Status.RUNNING) {
        lines.add(Line.of(time(run), run.id(), run.pipeline(), run.status().label(), why));
      }
    }
    if (!lines.isEmpty()) {
      sections.add(
          new Section(
              "What was not done",
              List.of(
                  new Table(
                      List.of(
                          Column.text("began"),
                          Column.text("run"),
                          Column.text("pipeline"),
                          Column.text("status"),
                          Column.text("why")),
                      lines))));
    }
  }

  private String time(RunLine run) {
    return Format.clock(run.started(), report.zone());
  }

  /** A run and the figure of it to tell. */
  private record Moved(RunLine run, Change change) {}

  private List<Part> histories() {
    List<Moved> moved = new ArrayList<>();
    int tooFew = 0;
    for (RunLine run : report.runs()) {
      Comparison comparison = report.comparisons().get(run.id());
      if (comparison == null) {
        continue;
      }
      if (comparison.changes().isEmpty()) {
        tooFew++;
      } else {
        moved.add(
            new Moved(run, comparison.regression().orElseGet(() -> comparison.changes().get(0))));
      }
    }
    moved.sort(
        Comparator.comparing((Moved each) -> each.change().verdict() != Verdict.WORSE)
            .thenComparing(each -> -each.change().ratio()));
    List<Part> parts = new ArrayList<>();
    parts.add(
        new Words(
            "%d of the runs that were done were compared with earlier ones like them; of %d there are too few."
                .formatted(moved.size(), tooFew),
            Tone.QUIET));
    if (!moved.isEmpty()) {
      parts.add(
          new Table(
              List.of(
                  Column.text("run"),
                  Column.text("pipeline"),
                  Column.text("figure"),
                  Column.number("value"),
                  Column.number("median"),
                  Column.number("ratio"),
                  Column.number("p"),
                  Column.text("")),
              moved.stream().limit(MOST_MOVED).map(DailyDocument::line).toList()));
    }
    return parts;
  }

  private static Line line(Moved moved) {
    Change change = moved.change();
    String name = change.metric().name();
    return new Line(
        List.of(
            moved.run().id(),
            moved.run().pipeline(),
            change.metric().words(),
            Format.byName(name, change.value()),
            Format.byName(name, change.typical()),
            Format.ratio(change.ratio()),
            Format.chance(change.p()),
            RunDocument.words(change.verdict())),
        change.verdict() == Verdict.WORSE ? Tone.BAD : Tone.PLAIN);
  }

  private Table pipelines() {
    Map<String, Sum> sums = new TreeMap<>();
    report
        .runs()
        .forEach(
            run ->
                sums.computeIfAbsent(run.pipeline(), pipeline -> new Sum(report.prices()))
                    .add(run));
    List<Column> columns =
        new ArrayList<>(
            List.of(
                Column.text("pipeline"),
                Column.number("runs"),
                Column.number("done"),
                Column.number("rows written"),
                Column.number("time"),
                Column.number("processor time")));
    if (report.prices() != null) {
      columns.add(Column.number("cost"));
    }
    List<Line> lines = new ArrayList<>();
    sums.forEach(
        (pipeline, sum) -> {
          List<String> cells =
              new ArrayList<>(
                  List.of(
                      pipeline,
                      Format.count(sum.runs),
                      Format.count(sum.done),
                      Format.count(sum.rows),
                      Format.duration(sum.seconds),
                      Format.duration(sum.cpuSeconds)));
          if (report.prices() != null) {
            cells.add(sum.amount());
          }
          lines.add(new Line(cells, Tone.PLAIN));
        });
    return new Table(columns, lines);
  }

  private List<Part> list() {
    List<Part> parts = new ArrayList<>();
    List<RunLine> runs = report.runs();
    if (runs.size() > MOST_LISTED) {
      parts.add(new Words("The latest %d.".formatted(MOST_LISTED), Tone.QUIET));
    }
    List<Line> lines = new ArrayList<>();
    for (RunLine run : runs.subList(Math.max(0, runs.size() - MOST_LISTED), runs.size())) {
      Double seconds = Total.SECONDS.of(run.totals());
      Double rows = Total.WRITTEN.of(run.totals());
      Double speed = Total.SPEED.of(run.totals());
      lines.add(
          new Line(
              List.of(
                  time(run),
                  run.id(),
                  run.pipeline(),
                  run.status().label(),
                  Format.known(seconds, Total.SECONDS::text),
                  Format.known(rows, Total.WRITTEN::text),
                  Format.known(speed, Total.SPEED::text)),
              isBad(run.status()) ? Tone.BAD : Tone.PLAIN));
    }
    parts.add(
        new Table(
            List.of(
                Column.text("began"),
                Column.text("run"),
                Column.text("pipeline"),
                Column.text("status"),
                Column.number("took"),
                Column.number("rows written"),
                Column.number("rows/s")),
            lines));
    return parts;
  }
}
