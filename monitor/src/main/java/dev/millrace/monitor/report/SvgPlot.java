// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.report.Part.Curve;
import dev.millrace.monitor.report.Part.Plot;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Draws curves. They differ by their dashes as well as by their colours. */
final class SvgPlot {

  private static final double WIDTH = 400;
  private static final double HEIGHT = 190;
  private static final double LEFT = 58;
  private static final double RIGHT = 8;
  private static final double TOP = 8;
  private static final double BOTTOM = 24;

  private final Html html;
  private final Plot plot;
  private final double last;
  private final List<Double> ticks;

  private SvgPlot(Html html, Plot plot) {
    this.html = html;
    this.plot = plot;
    this.last =
        plot.curves().stream()
            .filter(curve -> !curve.seconds().isEmpty())
            .mapToDouble(curve -> curve.seconds().get(curve.seconds().size() - 1))
            .max()
            .orElse(1);
    this.ticks =
        Ticks.of(plot.curves().stream().mapToDouble(Curve::highest).max().orElse(0), plot.base());
  }

  static void draw(Html html, Plot plot) {
    new SvgPlot(html, plot).draw();
  }

  private void draw() {
    html.open("figure").leaf("figcaption", plot.title());
    html.open(
        "svg",
        "viewBox",
        "0 0 %.0f %.0f".formatted(WIDTH, HEIGHT),
        "role",
        "img",
        "aria-label",
        description());
    for (double tick : ticks) {
      line("grid", LEFT, y(tick), WIDTH - RIGHT, y(tick));
      label(LEFT - 6, y(tick) + 4, "end", plot.format().apply(tick));
    }
    for (double tick : Ticks.ofTime(last)) {
      line("grid", x(tick), TOP, x(tick), HEIGHT - BOTTOM);
      label(x(tick), HEIGHT - 7, "middle", Format.duration(tick).replaceFirst(" 0 (s|min)$", ""));
    }
    for (int i = 0; i < plot.curves().size(); i++) {
      curve(plot.curves().get(i), i);
    }
    html.close();
    html.open("div", "class", "legend");
    for (int i = 0; i < plot.curves().size(); i++) {
      html.open("span").open("svg", "viewBox", "0 0 26 8", "class", "key", "aria-hidden", "true");
      line("curve k" + i, 0, 4, 26, 4);
      html.close().text(plot.curves().get(i).name()).close();
    }
    html.close().close();
  }

  private String description() {
    return "%s over %s: %s"
        .formatted(
            plot.title(),
            Format.duration(last),
            plot.curves().stream()
                .map(each -> each.name() + " up to " + plot.format().apply(each.highest()))
                .collect(Collectors.joining(", ")));
  }

  private void curve(Curve curve, int number) {
    StringBuilder path = new StringBuilder();
    boolean isGap = true;
    for (int i = 0; i < curve.seconds().size(); i++) {
      Double value = curve.values().get(i);
      if (value != null) {
        // A point alone becomes a line to itself, which round ends make a dot.
        path.append(isGap ? 'M' : 'L').append(point(curve.seconds().get(i), value));
        path.append(isGap ? 'L' + point(curve.seconds().get(i), value) : "");
      }
      isGap = value == null;
    }
    html.leaf("path", "", "class", "curve k" + number, "d", path.toString());
  }

  private String point(double seconds, double value) {
    return number(x(seconds)) + " " + number(y(value));
  }

  private double x(double seconds) {
    return LEFT + (last == 0 ? 0 : seconds / last) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    double top = ticks.get(ticks.size() - 1);
    return HEIGHT - BOTTOM - Math.max(0, value) / top * (HEIGHT - BOTTOM - TOP);
  }

  private void line(String kind, double x1, double y1, double x2, double y2) {
    html.leaf(
        "line",
        "",
        "class",
        kind,
        "x1",
        number(x1),
        "y1",
        number(y1),
        "x2",
        number(x2),
        "y2",
        number(y2));
  }

  private void label(double x, double y, String anchor, String text) {
    html.leaf("text", text, "x", number(x), "y", number(y), "text-anchor", anchor);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
