// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.baseline.Baseline;
import dev.millrace.monitor.baseline.Comparison;
import dev.millrace.monitor.baseline.EarlierRuns;
import dev.millrace.monitor.baseline.Figures;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.run.Status;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The runs that began on one day. Immutable. */
public final class DailyReport {

  private final LocalDate day;
  private final ZoneId zone;
  private final List<RunLine> runs;
  private final Map<String, Comparison> comparisons;
  private final @Nullable Prices prices;

  private DailyReport(
      LocalDate day,
      ZoneId zone,
      List<RunLine> runs,
      Map<String, Comparison> comparisons,
      @Nullable Prices prices) {
    this.day = day;
    this.zone = zone;
    this.runs = List.copyOf(runs);
    this.comparisons = comparisons;
    this.prices = prices;
  }

  /**
   * Of a day. Runs that were done are compared with earlier ones by what they took as a whole, and
   * not stage by stage.
   *
   * @param zone in which the day begins and ends, and times are told
   * @param prices to compute costs by; null if that is not wanted
   * @throws dev.millrace.monitor.history.HistoryException if the history cannot be read
   */
  public static DailyReport of(
      History history, LocalDate day, ZoneId zone, @Nullable Prices prices) {
    Instant from = day.atStartOfDay(zone).toInstant();
    Instant to = day.plusDays(1).atStartOfDay(zone).toInstant();
    List<RunLine> all = history.runs(RunFilter.latest(History.MOST_RUNS + 1));
    List<RunLine> runs = new ArrayList<>();
    Map<String, Comparison> comparisons = new LinkedHashMap<>();
    for (RunLine run : all) {
      if (!run.started().isBefore(from) && run.started().isBefore(to)) {
        runs.add(0, run);
        if (run.status() == Status.DONE) {
          comparisons.put(run.id(), compare(run, all));
        }
      }
    }
    return new DailyReport(day, zone, runs, comparisons, prices);
  }

  private static Comparison compare(RunLine run, List<RunLine> all) {
    EarlierRuns earlier = EarlierRuns.before(run);
    return Baseline.compare(
        figures(run),
        all.stream()
            .filter(earlier::has)
            .limit(Baseline.MOST_RUNS)
            .map(DailyReport::figures)
            .toList());
  }

  private static Figures figures(RunLine run) {
    return Figures.of(run.runner(), run.totals(), null);
  }

  /** One HTML file, without scripts and references. */
  public String html() {
    return HtmlPage.of(document());
  }

  /** The same tables. */
  public String markdown() {
    return MarkdownPage.of(document());
  }

  private Part.Document document() {
    return new DailyDocument(this).document();
  }

  LocalDate day() {
    return day;
  }

  ZoneId zone() {
    return zone;
  }

  /** In the order in which they began. */
  List<RunLine> runs() {
    return runs;
  }

  /** Of the runs that were done, by their ids. */
  Map<String, Comparison> comparisons() {
    return comparisons;
  }

  /** Null if costs are not wanted. */
  @Nullable Prices prices() {
    return prices;
  }

  /**
   * One JSON object: {@code date}, {@code zone}, {@code runs} as a list of the history has them,
   * {@code comparisons} and {@code costs} by run, as far as there are.
   */
  public String json() {
    Map<String, Object> costs = new LinkedHashMap<>();
    if (prices != null) {
      runs.forEach(run -> Cost.of(prices, run).ifPresent(cost -> costs.put(run.id(), cost)));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("date", day);
    fields.put("zone", zone.getId());
    fields.put("runs", runs);
    fields.put("comparisons", comparisons);
    fields.put("costs", costs);
    return Json.write(fields);
  }
}
