// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.Part.Curve;
import dev.millrace.monitor.report.Part.Plot;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.run.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private record Figure(
      String plot,
      String alone,
      String series,
      String name,
      DoubleFunction<String> format,
      double base) {

    Curve curve(String label, Series of) {
      List<@Nullable Double> values = of.values().get(series);
      return values == null
          ? new Curve(label, List.of(), List.of())
          : new Curve(label, of.seconds(), values);
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
          single("Processors in use", "processors", "processors", n -> Format.digits(n, 3)),
          single("Share of time in collections", "gc_share", "collections", Format::share));

  private static Figure rows(String series, String name) {
    return new Figure(
        "Rows per second", "Rows %s per second".formatted(name), series, name, Format::about, 1000);
  }

  private static Figure memory(String series, String name) {
    return new Figure("Memory", "Memory, " + name, series, name, Format::bytes, 1024);
  }

  private static Figure single(
      String plot, String series, String name, DoubleFunction<String> format) {
    return new Figure(plot, plot, series, name, format, 1000);
  }

  /** How figures went; each of one run in a plot, or the same of both. */
  static Optional<Section> of(RunDetail run, @Nullable RunDetail other) {
    List<Part> plots = new ArrayList<>();
    if (other == null) {
      Map<String, List<Figure>> together = new LinkedHashMap<>();
      for (Figure figure : figures(run.series())) {
        together.computeIfAbsent(figure.plot(), plot -> new ArrayList<>()).add(figure);
      }
      together.forEach(
          (title, figures) ->
              plots.add(
                  new Plot(
                      title,
                      figures.get(0).format(),
                      figures.get(0).base(),
                      figures.stream()
                          .limit(MOST_CURVES)
                          .map(figure -> figure.curve(figure.name(), run.series()))
                          .toList())));
    } else {
      List<Figure> either = new ArrayList<>(FIGURES);
      either.removeIf(figure -> !figure.isIn(run.series()) && !figure.isIn(other.series()));
      for (Figure figure : either) {
        plots.add(
            new Plot(
                figure.alone(),
                figure.format(),
                figure.base(),
                List.of(
                    figure.curve("this run", run.series()),
                    figure.curve(other.line().id(), other.series()))));
      }
    }
    return plots.isEmpty() ? Optional.empty() : Optional.of(new Section("Over time", plots));
  }

  private static List<Figure> figures(Series series) {
    List<Figure> figures = new ArrayList<>(FIGURES);
    for (String name : new TreeSet<>(series.values().keySet())) {
      if (name.startsWith(CONNECTIONS) && name.contains("state=\"active\"")) {
        String pool = name.replaceFirst(".*pool=\"([^\"]*)\".*", "$1");
        figures.add(single("Connections in use", name, pool, n -> Format.digits(n, 2)));
      }
    }
    figures.removeIf(figure -> !figure.isIn(series));
    return figures;
  }
}
