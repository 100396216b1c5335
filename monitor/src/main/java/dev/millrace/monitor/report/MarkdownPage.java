// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.report.Part.Bar;
import dev.millrace.monitor.report.Part.Bars;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Curve;
import dev.millrace.monitor.report.Part.Document;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Plot;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.report.Part.Tiles;
import dev.millrace.monitor.report.Part.Tone;
import dev.millrace.monitor.report.Part.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** Writes a report as Markdown with tables; what is drawn elsewhere is a table here. */
final class MarkdownPage {

  /** What would be markup, or end a cell. */
  private static final Pattern MARKUP = Pattern.compile("[\\\\`*\\[\\]|]");

  private final StringBuilder out = new StringBuilder();

  private MarkdownPage() {}

  static String of(Document document) {
    MarkdownPage page = new MarkdownPage();
    page.write(document);
    return page.out.toString();
  }

  private void write(Document document) {
    String status = document.status().isEmpty() ? "" : ": " + document.status();
    out.append("# ").append(plain(document.heading() + status)).append("\n\n");
    out.append(plain(document.below())).append("\n");
    for (Section section : document.sections()) {
      if (!section.title().isEmpty()) {
        out.append("\n## ").append(plain(section.title())).append("\n");
      }
      section.parts().forEach(this::part);
    }
  }

  /** A text that is nothing but text, in one line. */
  private static String plain(String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return MARKUP.matcher(escaped).replaceAll("\\\\$0").replaceAll("[\\p{Cntrl}]+", " ").strip();
  }

  private void part(Part part) {
    out.append("\n");
    if (part instanceof Words words) {
      String text = plain(words.text());
      out.append(words.tone() == Tone.BAD ? "**" + text + "**" : text).append("\n");
    } else if (part instanceof Tiles tiles) {
      table(
          new Table(
              List.of(Column.text("figure"), Column.number("value")),
              tiles.tiles().stream().map(tile -> Line.of(tile.name(), tile.value())).toList()));
    } else if (part instanceof Table table) {
      table(table);
    } else if (part instanceof Bars bars) {
      table(bars);
    } else if (part instanceof Plot plot) {
      table(plot);
    }
  }

  private void table(Bars bars) {
    List<Line> lines = new ArrayList<>();
    for (Bar bar : bars.bars()) {
      lines.add(Line.of(bar.name(), bar.note()));
    }
    table(new Table(List.of(Column.text("stage"), Column.text("its time")), lines));
  }

  private void table(Plot plot) {
    List<Line> lines = new ArrayList<>();
    for (Curve curve : plot.curves()) {
      List<Double> sorted = curve.values().stream().filter(Objects::nonNull).sorted().toList();
      if (!sorted.isEmpty()) {
        lines.add(
            Line.of(
                curve.name(),
                plot.format().apply(sorted.get(0)),
                plot.format().apply(sorted.get(sorted.size() / 2)),
                plot.format().apply(sorted.get(sorted.size() - 1))));
      }
    }
    table(
        new Table(
            List.of(
                Column.text(plot.title()),
                Column.number("lowest"),
                Column.number("median"),
                Column.number("highest")),
            lines));
  }

  private void table(Table table) {
    row(table.columns().stream().map(Column::name).toList());
    row(table.columns().stream().map(column -> column.isNumber() ? "--:" : "---").toList());
    table.lines().forEach(line -> row(line.cells()));
  }

  private void row(List<String> cells) {
    out.append("|");
    cells.forEach(cell -> out.append(" ").append(plain(cell)).append(" |"));
    out.append("\n");
  }
}
