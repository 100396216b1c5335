// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.observe.Measure;
import dev.millrace.pipelines.airquality.table.Table;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/**
 * One of the pipelines of {@link AirQuality}: what it will read, how it is built, and what it did.
 */
public final class Stage {
  private final String name;
  private final long expectedRows;
  private final List<Table> tables;
  private final Build build;
  private final @Nullable StageResults results;
  private final Finish finish;

  /** Prepares the tables and applies the transforms. */
  @FunctionalInterface
  interface Build {
    void applyTo(Pipeline pipeline) throws SQLException;
  }

  /** Clears what a run that succeeded has left behind of the one before. */
  @FunctionalInterface
  interface Finish {
    void run() throws SQLException;
  }

  Stage(
      String name,
      long expectedRows,
      List<Table> tables,
      @Nullable StageResults results,
      Build build) {
    this(name, expectedRows, tables, results, build, () -> {});
  }

  Stage(
      String name,
      long expectedRows,
      List<Table> tables,
      @Nullable StageResults results,
      Build build,
      Finish finish) {
    this.name = name;
    this.expectedRows = expectedRows;
    this.tables = List.copyOf(tables);
    this.results = results;
    this.build = build;
    this.finish = finish;
  }

  /** {@code bronze}, {@code silver}, {@code gold} or {@code summary}. */
  public String name() {
    return name;
  }

  /**
   * What this run leaves out, as its result is there and would be the same; null if it does not
   * ask, as {@link AirQuality#withoutMemory} does not.
   */
  public @Nullable Skipped skipped() {
    return results == null ? null : results.skipped();
  }

  /** Whether all of it is left out: {@link #applyTo} adds nothing, and there is nothing to run. */
  public boolean isUnchanged() {
    return results != null && results.changed().isEmpty();
  }

  /** How many rows the run will read, counted beforehand. */
  public long expectedRows() {
    return expectedRows;
  }

  /**
   * Creates the tables that are missing, clears what this run will tell anew, and adds the
   * transforms to {@code pipeline}, which the caller runs.
   *
   * @throws SQLException if the database does not answer or refuses, or what the run makes could
   *     not be kept
   * @throws IllegalArgumentException if a table has other columns than it should
   */
  public void applyTo(Pipeline pipeline) throws SQLException {
    if (isUnchanged()) {
      return;
    }
    if (results != null) {
      results.begin();
    }
    build.applyTo(pipeline);
  }

  /**
   * Ends a run whose pipeline has succeeded: clears what is no longer there, and remembers what was
   * made, for the next run to leave out. A run that does not come to it is made again.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public void keep() throws SQLException {
    if (isUnchanged()) {
      return;
    }
    finish.run();
    if (results != null) {
      results.keep();
    }
  }

  /** What a run of this stage did, by its Beam counters. */
  public Counts counts(PipelineResult result) {
    Map<String, Long> written = new LinkedHashMap<>();
    for (Table table : tables) {
      written.put(table.name(), Measure.ROWS_WRITTEN.total(result, writeStep(table)));
    }
    return new Counts(
        Measure.ROWS_READ.total(result, ""), written, Measure.ROWS_REJECTED.total(result, ""));
  }

  /** What a stage did of which all was left out. */
  public Counts noCounts() {
    Map<String, Long> written = new LinkedHashMap<>();
    tables.forEach(table -> written.put(table.name(), 0L));
    return new Counts(0, written, 0);
  }

  /** The name of the step that writes a table. */
  static String writeStep(Table table) {
    return "Write " + table.name();
  }

  /**
   * What a run left out.
   *
   * @param unit what parts of this stage are called, in the plural
   * @param parts left out
   * @param of how many there are
   * @param rows that were not read again
   * @param seconds that reading and making them took, when they were made last
   * @param checkSeconds that it took to find out
   */
  public record Skipped(
      String unit, int parts, int of, long rows, double seconds, double checkSeconds) {}

  /**
   * Rows that a run read, wrote and rejected.
   *
   * @param written by table, the main table first
   * @param rejected rows of the bronze stage; values and rows of the silver stage
   */
  public record Counts(long read, Map<String, Long> written, long rejected) {}
}
