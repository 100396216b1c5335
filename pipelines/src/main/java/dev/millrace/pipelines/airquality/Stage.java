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

/**
 * One of the three pipelines of {@link AirQuality}: what it will read, how it is built, and what it
 * did.
 */
public final class Stage {
  private final String name;
  private final long expectedRows;
  private final List<Table> tables;
  private final Build build;

  /** Prepares the tables and applies the transforms. */
  @FunctionalInterface
  interface Build {
    void applyTo(Pipeline pipeline) throws SQLException;
  }

  Stage(String name, long expectedRows, List<Table> tables, Build build) {
    this.name = name;
    this.expectedRows = expectedRows;
    this.tables = List.copyOf(tables);
    this.build = build;
  }

  /** {@code bronze}, {@code silver} or {@code gold}. */
  public String name() {
    return name;
  }

  /** How many rows the run will read, counted beforehand. */
  public long expectedRows() {
    return expectedRows;
  }

  /**
   * Creates the tables that are missing, clears what this run will tell anew, and adds the
   * transforms to {@code pipeline}, which the caller runs.
   *
   * @throws SQLException if the database does not answer or refuses
   * @throws IllegalArgumentException if a table has other columns than it should
   */
  public void applyTo(Pipeline pipeline) throws SQLException {
    build.applyTo(pipeline);
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

  /** The name of the step that writes a table. */
  static String writeStep(Table table) {
    return "Write " + table.name();
  }

  /**
   * Rows that a run read, wrote and rejected.
   *
   * @param written by table, the main table first
   * @param rejected rows of the bronze stage; values and rows of the silver stage
   */
  public record Counts(long read, Map<String, Long> written, long rejected) {}
}
