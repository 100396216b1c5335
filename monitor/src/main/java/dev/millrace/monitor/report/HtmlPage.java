// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.report.Part.Bar;
import dev.millrace.monitor.report.Part.Bars;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Document;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Plot;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.report.Part.Tiles;
import dev.millrace.monitor.report.Part.Tone;
import dev.millrace.monitor.report.Part.Words;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes a report as one HTML file without scripts that refers to nothing. */
final class HtmlPage {

  /** In the order of their colours; any other has none of its own. */
  private static final List<String> STATES =
      List.of(
          "at work on a processor",
          "waiting for the database to answer",
          "waiting for the database's locks",
          "waiting for a connection",
          "waiting for what its cache did not have",
          "waiting for a slot of a pool",
          "stopped by the garbage collector",
          "waiting for a processor",
          "waiting for the steps that follow",
          "waiting for what is not known");

  private final Html html = new Html();

  private HtmlPage() {}

  static String of(Document document) {
    HtmlPage page = new HtmlPage();
    page.write(document);
    return page.html.toString();
  }

  private void write(Document document) {
    html.begin(document.title(), Html.part(HtmlPage.class, "report.css"), "");
    html.open("body").open("main").open("header").open("h1").text(document.heading());
    if (!document.status().isEmpty()) {
      html.text(" ").leaf("span", document.status(), "class", "status " + document.status());
    }
    html.close().leaf("p", document.below(), "class", "quiet").close();
    document.sections().forEach(this::section);
    html.close().close().close();
  }

  private void section(Section section) {
    boolean isCard = !section.title().isEmpty();
    html.open("section", "class", isCard ? isNarrow(section) ? "card half" : "card" : "head");
    if (isCard) {
      html.leaf("h2", section.title());
    }
    boolean inPlots = false;
    for (Part part : section.parts()) {
      if ((part instanceof Plot) != inPlots) {
        inPlots = !inPlots;
        if (inPlots) {
          html.open("div", "class", "plots");
        } else {
          html.close();
        }
      }
      part(part);
    }
    if (inPlots) {
      html.close();
    }
    html.close();
  }

  /** Whether there is room for another beside it. */
  private static boolean isNarrow(Section section) {
    return section.parts().size() == 1
        && section.parts().get(0) instanceof Table table
        && table.columns().size() == 2;
  }

  private void part(Part part) {
    if (part instanceof Words words) {
      html.leaf("p", words.text(), "class", name(words.tone()));
    } else if (part instanceof Tiles tiles) {
      tiles(tiles);
    } else if (part instanceof Table table) {
      table(table);
    } else if (part instanceof Bars bars) {
      bars(bars);
    } else if (part instanceof Plot plot) {
      SvgPlot.draw(html, plot);
    }
  }

  private static String name(Tone tone) {
    return tone.name().toLowerCase(Locale.ROOT);
  }

  private void tiles(Tiles tiles) {
    html.open("dl", "class", "tiles");
    tiles
        .tiles()
        .forEach(
            tile ->
                html.open("div", "class", name(tile.tone()))
                    .leaf("dt", tile.name())
                    .leaf("dd", tile.value())
                    .close());
    html.close();
  }

  private void table(Table table) {
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    for (Column column : table.columns()) {
      html.leaf("th", column.name(), "scope", "col", "class", column.isNumber() ? "n" : "t");
    }
    html.close().close().open("tbody");
    for (Line line : table.lines()) {
      html.open("tr", "class", name(line.tone()));
      for (int i = 0; i < line.cells().size(); i++) {
        html.leaf(
            "td", line.cells().get(i), "class", table.columns().get(i).isNumber() ? "n" : "t");
      }
      html.close();
    }
    html.close().close().close();
  }

  private void bars(Bars bars) {
    Set<String> states = new LinkedHashSet<>();
    for (Bar bar : bars.bars()) {
      html.open("div", "class", "bar").leaf("h3", bar.name());
      html.open("div", "class", "track", "aria-hidden", "true")
          .open("div", "class", "shares", "style", "width:" + width(bar.length()));
      bar.shares()
          .forEach(
              (state, share) -> {
                states.add(state);
                html.leaf("span", "", "class", color(state), "style", "width:" + width(share));
              });
      html.close().close().leaf("p", bar.note(), "class", "quiet").close();
    }
    html.open("div", "class", "legend");
    states.forEach(
        state -> html.open("span").leaf("i", "", "class", color(state)).text(state).close());
    html.close();
  }

  private static String width(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * Math.max(0, Math.min(1, share)));
  }

  private static String color(String state) {
    int number = STATES.indexOf(state);
    return "s" + (number < 0 ? STATES.size() - 1 : number);
  }
}
