// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import dev.millrace.benchmarks.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * What the benchmark found.
 *
 * @param copies all of them, in order
 * @param cells the copies of one kind together
 * @param microsPerRow beyond start-up, fitted to the changes of the large table
 * @param fit how well that line fits, 1 for exactly
 */
public record IncrementalResult(
    List<IncrementalBench.Copy> copies, List<Cell> cells, double microsPerRow, double fit) {

  /**
   * Copies of one kind.
   *
   * @param seconds that they took
   * @param ofWhole as a share of the copy of the whole table
   */
  public record Cell(
      long tableRows,
      String what,
      double share,
      long rows,
      boolean baseline,
      Spread seconds,
      double ofWhole) {}

  static IncrementalResult of(List<IncrementalBench.Copy> copies) {
    List<Cell> cells = new ArrayList<>();
    for (IncrementalBench.Copy copy : copies) {
      if (cells.stream().noneMatch(cell -> isOf(cell, copy))) {
        Spread seconds = seconds(copies, other -> isSame(copy, other));
        double whole =
            seconds(copies, other -> other.tableRows() == copy.tableRows() && other.share() == 1)
                .median();
        cells.add(
            new Cell(
                copy.tableRows(),
                copy.what(),
                copy.share(),
                copy.rows(),
                copy.baseline(),
                seconds,
                seconds.median() / whole));
      }
    }
    long largest = copies.stream().mapToLong(IncrementalBench.Copy::tableRows).max().orElse(0);
    double startUp =
        seconds(copies, copy -> copy.tableRows() == largest && copy.what().equals("one row"))
            .median();
    List<IncrementalBench.Copy> changes =
        copies.stream()
            .filter(copy -> copy.tableRows() == largest && copy.share() < 1 && !copy.baseline())
            .toList();
    return new IncrementalResult(
        List.copyOf(copies), cells, 1e6 * slope(changes, startUp), fit(changes, startUp));
  }

  private static boolean isOf(Cell cell, IncrementalBench.Copy copy) {
    return cell.tableRows() == copy.tableRows()
        && cell.what().equals(copy.what())
        && cell.share() == copy.share()
        && cell.baseline() == copy.baseline();
  }

  private static boolean isSame(IncrementalBench.Copy one, IncrementalBench.Copy other) {
    return one.tableRows() == other.tableRows()
        && one.what().equals(other.what())
        && one.share() == other.share()
        && one.baseline() == other.baseline();
  }

  private static Spread seconds(
      List<IncrementalBench.Copy> copies, Predicate<IncrementalBench.Copy> which) {
    return Spread.of(copies.stream().filter(which).map(IncrementalBench.Copy::seconds).toList());
  }

  /** Of the line through the origin that is nearest to the seconds beyond start-up. */
  private static double slope(List<IncrementalBench.Copy> changes, double startUp) {
    double products = 0;
    double squares = 0;
    for (IncrementalBench.Copy copy : changes) {
      products += copy.rows() * (copy.seconds() - startUp);
      squares += (double) copy.rows() * copy.rows();
    }
    return products / squares;
  }

  /** The share of the seconds' variance that the line explains. */
  private static double fit(List<IncrementalBench.Copy> changes, double startUp) {
    double slope = slope(changes, startUp);
    double mean =
        changes.stream().mapToDouble(copy -> copy.seconds() - startUp).average().orElse(0);
    double left = 0;
    double all = 0;
    for (IncrementalBench.Copy copy : changes) {
      double beyond = copy.seconds() - startUp;
      left += Math.pow(beyond - slope * copy.rows(), 2);
      all += Math.pow(beyond - mean, 2);
    }
    return all == 0 ? 1 : 1 - left / all;
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%12s  %-24s %10s %10s %22s %10s",
            "table rows",
            "copied",
            "share",
            "rows",
            "seconds (min..max)",
            "of whole"));
    for (Cell cell : cells) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,12d  %-24s %8.3f %% %,10d %8.2f (%.2f..%.2f) %8.1f %%",
              cell.tableRows(),
              cell.baseline() ? cell.what() + ", by JdbcIO" : cell.what(),
              100 * cell.share(),
              cell.rows(),
              cell.seconds().median(),
              cell.seconds().min(),
              cell.seconds().max(),
              100 * cell.ofWhole()));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "Beyond start-up: %.2f microseconds a changed row, a line that explains %.1f %% of it.",
            microsPerRow,
            100 * fit));
    return lines;
  }
}
