// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.TableResult;
import dev.millrace.cache.result.TableResults;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which parts of a stage a run leaves out, and what it tells the next run. */
final class StageResults {
  private final TableResults results;
  private final String stage;
  private final List<String> tables;
  private final Parts parts;
  private final SortedMap<String, String> keys;
  private final SortedMap<String, TableResult> unchanged;
  private final SortedMap<String, Long> changed = new TreeMap<>();
  private final double checkSeconds;
  private long begun;

  /**
   * Compares what decides each part, and what is in its tables, with what is remembered.
   *
   * @param stage under which parts are remembered
   * @param tables that are read and written
   * @param cached whether what is unchanged is left out; it is remembered either way
   */
  StageResults(TableResults results, String stage, List<String> tables, Parts parts, boolean cached)
      throws SQLException {
    long start = System.nanoTime();
    this.results = results;
    this.stage = stage;
    this.tables = tables;
    this.parts = parts;
    this.keys = hashes(parts);
    this.unchanged = cached ? results.unchanged(stage, keys, parts::outputs) : new TreeMap<>();
    this.checkSeconds = (System.nanoTime() - start) / 1e9;
    for (String part : keys.keySet()) {
      if (!unchanged.containsKey(part)) {
        changed.put(part, parts.rows(part));
      }
    }
  }

  private static SortedMap<String, String> hashes(Parts parts) throws SQLException {
    SortedMap<String, String> hashes = new TreeMap<>();
    parts.keys().forEach((part, key) -> hashes.put(part, key.hash()));
    return hashes;
  }

  /** The parts to make. */
  Set<String> changed() {
    return changed.keySet();
  }

  /** How many rows the run reads for them. */
  long rows() {
    return changed.values().stream().mapToLong(Long::longValue).sum();
  }

  Stage.Skipped skipped() {
    return new Stage.Skipped(
        parts.unit(),
        unchanged.size(),
        keys.size(),
        unchanged.values().stream().mapToLong(TableResult::rows).sum(),
        unchanged.values().stream().mapToDouble(TableResult::seconds).sum(),
        checkSeconds);
  }

  /** The run begins, which is only worth its while if what it makes can be kept. */
  void begin() throws SQLException {
    results.prepare();
    begun = System.nanoTime();
  }

  /**
   * The run has made all that had changed. A part whose input was changed meanwhile is not kept:
   * nobody knows of which it was made.
   */
  void keep() throws SQLException {
    if (changed.isEmpty()) {
      return;
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    Map<String, String> now = hashes(parts);
    List<TableResult.Made> made = new ArrayList<>();
    Map<String, Fingerprint> outputs = parts.outputs();
    changed.forEach(
        (part, rows) -> {
          String key = keys.get(part);
          if (key != null && key.equals(now.get(part))) {
            made.add(
                new TableResult.Made(
                    part,
                    key,
                    outputs.getOrDefault(part, Fingerprint.EMPTY),
                    rows,
                    seconds * share(rows)));
          }
        });
    results.keep(stage, tables, made);
  }

  private double share(long rows) {
    return rows() == 0 ? 1.0 / changed.size() : (double) rows / rows();
  }
}
