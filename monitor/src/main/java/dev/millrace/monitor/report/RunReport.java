// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.baseline.Baseline;
import dev.millrace.monitor.baseline.Comparison;
import dev.millrace.monitor.baseline.EarlierRuns;
import dev.millrace.monitor.baseline.Figures;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.run.Status;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a run, beside another if that is wanted, and beside the earlier runs like
 * it. Immutable.
 */
public final class RunReport {

  private final RunDetail run;
  private final @Nullable RunDetail other;
  private final @Nullable Against against;
  private final @Nullable Prices prices;
  private final ZoneId zone;

  /**
   * The run beside earlier ones.
   *
   * @param size of all of them
   */
  record Against(String size, Comparison comparison) {}

  private RunReport(
      RunDetail run,
      @Nullable RunDetail other,
      @Nullable Against against,
      @Nullable Prices prices,
      ZoneId zone) {
    this.run = run;
    this.other = other;
    this.against = against;
    this.prices = prices;
    this.zone = zone;
  }

  /**
   * Of a run of a history.
   *
   * @param other to set beside it; null for none
   * @param prices to compute its cost by; null if that is not wanted
   * @param zone in which times are told
   * @throws dev.millrace.monitor.history.HistoryException if the history cannot be read
   */
  public static RunReport of(
      History history,
      RunDetail run,
      @Nullable RunDetail other,
      @Nullable Prices prices,
      ZoneId zone) {
    return new RunReport(run, other, against(history, run), prices, zone);
  }

  /** Null unless it was done: what it took otherwise says nothing. */
  private static @Nullable Against against(History history, RunDetail run) {
    if (run.line().status() != Status.DONE) {
      return null;
    }
    EarlierRuns earlier = EarlierRuns.before(run.line());
    return new Against(
        earlier.sizeWords(),
        Baseline.compare(
            Figures.of(run.line().runner(), run.line().totals(), run.summary()),
            earlier.figures(history)));
  }

  /** One HTML file, without scripts and references, with its plots drawn in it. */
  public String html() {
    return HtmlPage.of(document());
  }

  /** The same tables, and the ranges of what is plotted. */
  public String markdown() {
    return MarkdownPage.of(document());
  }

  private Part.Document document() {
    return new RunDocument(this).document();
  }

  RunDetail run() {
    return run;
  }

  /** What is set beside it; null for nothing. */
  @Nullable RunDetail other() {
    return other;
  }

  /** Null unless it was done. */
  @Nullable Against against() {
    return against;
  }

  /** Null if costs are not wanted. */
  @Nullable Prices prices() {
    return prices;
  }

  ZoneId zone() {
    return zone;
  }

  /**
   * One JSON object: {@code run} and {@code compare} as the history has them, their {@code
   * comparison}, {@code history} with the {@code size} of the earlier runs and the {@code
   * comparison}, {@code cost} and {@code compare_cost}; null for what there is not.
   */
  public String json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("run", run);
    fields.put("compare", other);
    fields.put("comparison", other == null ? null : RunComparison.of(run, other));
    fields.put("history", against);
    fields.put("cost", cost(run).orElse(null));
    fields.put("compare_cost", other == null ? null : cost(other).orElse(null));
    return Json.write(fields);
  }

  /** What a run cost; empty as well if that is not wanted. */
  Optional<Cost> cost(RunDetail of) {
    return prices == null ? Optional.empty() : Cost.of(prices, of.line());
  }
}
