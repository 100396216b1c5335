// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** A part of a report, whatever it is written as. All text in it is just text. */
sealed interface Part {

  /** What a text or a line of a table is to be taken for. */
  enum Tone {
    PLAIN,
    QUIET,
    /** Worth a look. */
    NOTE,
    BAD
  }

  /** A sentence or a few. */
  record Words(String text, Tone tone) implements Part {}

  /** The figures to see first. */
  record Tiles(List<Tile> tiles) implements Part {}

  /** One of them. */
  record Tile(String name, String value, Tone tone) {}

  /** Lines of as many cells as there are columns. */
  record Table(List<Column> columns, List<Line> lines) implements Part {}

  /** A column, and whether it is one of numbers. */
  record Column(String name, boolean isNumber) {

    static Column text(String name) {
      return new Column(name, false);
    }

    static Column number(String name) {
      return new Column(name, true);
    }
  }

  /** A line of a table. */
  record Line(List<String> cells, Tone tone) {

    static Line of(String... cells) {
      return new Line(List.of(cells), Tone.PLAIN);
    }
  }

  /** What stages spent their time on. */
  record Bars(List<Bar> bars) implements Part {}

  /**
   * One stage.
   *
   * @param name of the stage, and of the run if there are two
   * @param note what else is to be said of it
   * @param length from 0 to 1, of the longest
   * @param shares of it, by what they are, from 0 to 1, the largest first
   */
  record Bar(String name, String note, double length, Map<String, Double> shares) {}

  /** How figures went over the seconds of a run. */
  record Plot(String title, DoubleFunction<String> format, double base, List<Curve> curves)
      implements Part {}

  /**
   * One figure.
   *
   * @param name of it, and of the run if there are two
   * @param seconds since the start, rising
   * @param values one for each; null where there was none
   */
  record Curve(String name, List<Double> seconds, List<@Nullable Double> values) {

    double highest() {
      double highest = 0;
      for (Double value : values) {
        highest = value == null ? highest : Math.max(highest, value);
      }
      return highest;
    }
  }

  /** Parts under a heading. */
  record Section(String title, List<Part> parts) {}

  /**
   * A whole report.
   *
   * @param title of the file
   * @param heading what it is about
   * @param status of the run; empty if it is of several
   * @param below the heading
   */
  record Document(
      String title, String heading, String status, String below, List<Section> sections) {}
}
