// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.StageLine;
import dev.millrace.monitor.run.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two runs beside each other: what the report and the page tell of both. Figures are in it as
 * people read them. Immutable.
 *
 * @param settings what the runs were given and ran on, what differs first
 * @param figures what they did and took
 * @param stages what went through each, and for how long
 * @param plots how figures went over the time since each began
 */
public record RunComparison(
    List<Setting> settings, List<Figure> figures, List<Stage> stages, List<Plot> plots) {

  /** Ratios from its inverse to it are taken for the same. */
  private static final double FAR = 1.1;

  public RunComparison {
    settings = List.copyOf(settings);
    figures = List.copyOf(figures);
    stages = List.copyOf(stages);
    plots = List.copyOf(plots);
  }

  /**
   * Something that the runs were given, or ran on.
   *
   * @param name as of an option; in brackets what is no option
   * @param run of the run, or a dash
   * @param other of the other, or a dash
   * @param differs whether they are not the same
   */
  public record Setting(String name, String run, String other, boolean differs) {}

  /**
   * A figure of both.
   *
   * @param name of it
   * @param run of the run with its unit, or a dash
   * @param other of the other, or a dash
   * @param ratio the run's by the other's, or a dash
   * @param far whether they differ by a tenth or more
   */
  public record Figure(String name, String run, String other, String ratio, boolean far) {

    static Figure of(
        String name,
        @Nullable Double run,
        @Nullable Double other,
        Function<Double, String> format) {
      return new Figure(
          name,
          Format.known(run, format),
          Format.known(other, format),
          Format.ratio(run, other),
          isFar(run, other));
    }
  }

  /**
   * A stage of either.
   *
   * @param name as in {@code read public.item}
   * @param run null where it has none such
   * @param other the same of the other
   * @param ratio of the seconds of their threads, the run's by the other's, or a dash
   * @param far whether those differ by a tenth or more
   */
  public record Stage(
      String name, @Nullable Spent run, @Nullable Spent other, String ratio, boolean far) {}

  /**
   * What a stage took.
   *
   * @param seconds of its threads, together
   * @param allocated on the heap
   * @param length of its seconds, from 0 to 1, of the longest stage of both runs
   * @param shares of the seconds, by what they were spent on, from 0 to 1
   */
  public record Spent(
      String seconds, String allocated, double length, Map<String, Double> shares) {}

  /** What the values of a plot are. */
  public enum Unit {
    ROWS,
    BYTES,
    /** From 0 to 1. */
    SHARE,
    NUMBER,
    SECONDS
  }

  /**
   * A figure of both over time.
   *
   * @param title what it is
   * @param unit of its values
   * @param run how it went
   * @param other how it went in the other
   */
  public record Plot(String title, Unit unit, Curve run, Curve other) {}

  /**
   * How a figure went.
   *
   * @param seconds since the run began, rising
   * @param values one for each; null where there was none
   */
  public record Curve(List<Double> seconds, List<@Nullable Double> values) {}

  /** Compares a run with another. */
  public static RunComparison of(RunDetail run, RunDetail other) {
    return new RunComparison(
        settings(run, other),
        figures(run, other),
        stages(run, other),
        PlotSection.both(run, other));
  }

  /**
   * The run that a run is compared with unless another is named: the last before it of the same
   * pipeline and configuration, one that was done if there is one. Empty if there is none at all.
   *
   * @throws dev.millrace.monitor.history.HistoryException if the history cannot be read
   */
  public static Optional<RunLine> usual(History history, RunLine run) {
    RunFilter alike =
        RunFilter.latest(1).of(run.pipeline()).configured(run.configurationHash()).before(run.id());
    return history.runs(alike.with(Status.DONE)).stream()
        .findFirst()
        .or(() -> history.runs(alike).stream().findFirst());
  }

  private static List<Setting> settings(RunDetail run, RunDetail other) {
    Map<String, String> one = SettingsSections.settings(run);
    Map<String, String> two = SettingsSections.settings(other);
    List<Setting> differing = new ArrayList<>();
    List<Setting> same = new ArrayList<>();
    for (String name : union(one, two)) {
      String here = one.getOrDefault(name, Format.NONE);
      String there = two.getOrDefault(name, Format.NONE);
      boolean differs = !here.equals(there);
      (differs ? differing : same).add(new Setting(name, here, there, differs));
    }
    differing.addAll(same);
    return differing;
  }

  private static List<Figure> figures(RunDetail run, RunDetail other) {
    List<Figure> figures = new ArrayList<>();
    for (Total total : Total.values()) {
      Double one = total.of(run.line().totals());
      Double two = total.of(other.line().totals());
      if (one != null || two != null) {
        figures.add(Figure.of(total.title(), one, two, total::text));
      }
    }
    Snapshot here = run.snapshot();
    Snapshot there = other.snapshot();
    Set<String> reasons = new TreeSet<>();
    Stream.of(here, there)
        .filter(Objects::nonNull)
        .forEach(snapshot -> reasons.addAll(snapshot.rejected().keySet()));
    for (String reason : reasons) {
      figures.add(
          Figure.of(
              "rejected: " + RejectSection.words(reason),
              rejected(here, reason),
              rejected(there, reason),
              rows -> Format.count(Math.round(rows))));
    }
    return figures;
  }

  private static @Nullable Double rejected(@Nullable Snapshot snapshot, String reason) {
    return snapshot == null ? null : snapshot.rejected().getOrDefault(reason, 0L).doubleValue();
  }

  private static List<Stage> stages(RunDetail run, RunDetail other) {
    Map<String, StageLine> one = byName(run);
    Map<String, StageLine> two = byName(other);
    double longest = Math.max(longest(one), longest(two));
    List<Stage> stages = new ArrayList<>();
    for (String name : union(one, two)) {
      StageLine here = one.get(name);
      StageLine there = two.get(name);
      Double seconds = here == null ? null : here.seconds();
      Double otherSeconds = there == null ? null : there.seconds();
      stages.add(
          new Stage(
              name,
              here == null ? null : spent(here, longest),
              there == null ? null : spent(there, longest),
              Format.ratio(seconds, otherSeconds),
              isFar(seconds, otherSeconds)));
    }
    return stages;
  }

  private static Map<String, StageLine> byName(RunDetail run) {
    Map<String, StageLine> stages = new LinkedHashMap<>();
    Snapshot snapshot = run.snapshot();
    if (snapshot != null) {
      snapshot.stages().forEach(stage -> stages.put(stage.name(), stage));
    }
    return stages;
  }

  private static double longest(Map<String, StageLine> stages) {
    return stages.values().stream().mapToDouble(StageLine::seconds).max().orElse(0);
  }

  private static Spent spent(StageLine stage, double longest) {
    return new Spent(
        Format.duration(stage.seconds()),
        Format.bytes((double) stage.allocatedBytes()),
        longest == 0 ? 0 : stage.seconds() / longest,
        stage.shares());
  }

  private static <T> Set<String> union(Map<String, T> one, Map<String, T> two) {
    Set<String> names = new LinkedHashSet<>(one.keySet());
    names.addAll(two.keySet());
    return names;
  }

  private static boolean isFar(@Nullable Double one, @Nullable Double two) {
    return one != null
        && two != null
        && Math.max(one, two) > 0
        && (one >= FAR * two || two >= FAR * one);
  }
}
