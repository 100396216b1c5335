// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.Part.Curve;
import dev.millrace.monitor.report.Part.Plot;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.RunComparison.Unit;
import dev.millrace.monitor.run.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** How the figures of a run went, or those of two in one plot. */
final class PlotSection {

  /** Curves in one plot; more could not be told apart. */
  private static final int MOST_CURVES = 4;

  private static final String CONNECTIONS = "millrace_pool_connections{";

  private PlotSection() {}

  /**
   * A figure that is plotted.
   *
   * @param plot what it shares with others of a run
   * @param alone what a plot is called that has it only
   */
  private record Figure(String plot, String alone, String series, String name, Unit unit) {

    Curve curve(String label, Series of) {
      List<@Nullable Double> values = of.values().get(series);
      return values == null
          ? new Curve(label, List.of(), List.of())
          : new Curve(label, of.seconds(), values);
    }

    RunComparison.Curve compared(Series of) {
      Curve curve = curve(name, of);
      return new RunComparison.Curve(curve.seconds(), curve.values());
    }

    boolean isIn(Series of) {
      return curve(name, of).highest() > 0;
    }
  }

  private static final List<Figure> FIGURES =
      List.of(
          rows("rows_read_per_second", "read"),
          rows("rows_written_per_second", "written"),
          memory("resident_bytes", "resident"),
          memory("heap_live_bytes", "heap, live"),
          memory("off_heap_bytes", "off heap"),
          memory("held_bytes", "held by stages"),
          single("Processors in use", "processors", "processors", Unit.NUMBER),
          single("Share of time in collections", "gc_share", "collections", Unit.SHARE),
          behind("What was read", "millrace_freshness_seconds"),
          behind("The horizon", "millrace_horizon_lag_seconds"));

  private static Figure rows(String series, String name) {
    return new Figure(
        "Rows per second", "Rows %s per second".formatted(name), series, name, Unit.ROWS);
  }

  private static Figure memory(String series, String name) {
    return new Figure("Memory", "Memory, " + name, series, name, Unit.BYTES);
  }

  private static Figure behind(String what, String series) {
    return new Figure(
        "Behind the source's clock",
        what + ", behind the source's clock",
        series,
        what.toLowerCase(Locale.ROOT),
        Unit.SECONDS);
  }

  private static Figure single(String plot, String series, String name, Unit unit) {
    return new Figure(plot, plot, series, name, unit);
  }

  private static DoubleFunction<String> format(Unit unit) {
    return switch (unit) {
      case ROWS -> Format::about;
      case BYTES -> Format::bytes;
      case SHARE -> Format::share;
      case NUMBER -> n -> Format.digits(n, 3);
      case SECONDS -> Format::duration;
    };
  }

  private static double base(Unit unit) {
    return unit == Unit.BYTES ? 1024 : 1000;
  }

  /** How the figures of a run went, those of a kind together. */
  static Optional<Section> of(RunDetail run) {
    Map<String, List<Figure>> together = new LinkedHashMap<>();
    for (Figure figure : figures(run.series(), run.series())) {
      together.computeIfAbsent(figure.plot(), plot -> new ArrayList<>()).add(figure);
    }
    List<Part> plots = new ArrayList<>();
    together.forEach(
        (title, figures) ->
            plots.add(
                new Plot(
                    title,
                    format(figures.get(0).unit()),
                    base(figures.get(0).unit()),
                    figures.stream()
                        .limit(MOST_CURVES)
                        .map(figure -> figure.curve(figure.name(), run.series()))
                        .toList())));
    return section(plots);
  }

  /** How the figures of two runs went, the same of both together. */
  static Optional<Section> of(RunComparison comparison, String other) {
    List<Part> plots = new ArrayList<>();
    for (RunComparison.Plot plot : comparison.plots()) {
      plots.add(
          new Plot(
              plot.title(),
              format(plot.unit()),
              base(plot.unit()),
              List.of(
                  new Curve("this run", plot.run().seconds(), plot.run().values()),
                  new Curve(other, plot.other().seconds(), plot.other().values()))));
    }
    return section(plots);
  }

  /** The figures that either has. */
  static List<RunComparison.Plot> both(RunDetail run, RunDetail other) {
    return figures(run.series(), other.series()).stream()
        .map(
            figure ->
                new RunComparison.Plot(
                    figure.alone(),
                    figure.unit(),
                    figure.compared(run.series()),
                    figure.compared(other.series())))
        .toList();
  }

  private static Optional<Section> section(List<Part> plots) {
    return plots.isEmpty() ? Optional.empty() : Optional.of(new Section("Over time", plots));
  }

  private static List<Figure> figures(Series one, Series two) {
    List<Figure> figures = new ArrayList<>(FIGURES);
    Set<String> names = new TreeSet<>(one.values().keySet());
    names.addAll(two.values().keySet());
    for (String name : names) {
      if (name.startsWith(CONNECTIONS) && name.contains("state=\"active\"")) {
        String pool = name.replaceFirst(".*pool=\"([^\"]*)\".*", "$1");
        figures.add(
            new Figure(
                "Connections in use", "Connections in use, " + pool, name, pool, Unit.NUMBER));
      }
    }
    figures.removeIf(figure -> !figure.isIn(one) && !figure.isIn(two));
    return figures;
  }
}
