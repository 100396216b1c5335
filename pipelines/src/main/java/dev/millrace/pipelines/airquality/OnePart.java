// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.TableSnapshot;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.table.Table;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A stage's result for one window, or for all there is: it is left out as a whole. What decides it
 * is which versions of rows there are, which is soon asked, as all stages leave a row alone that
 * would be replaced by the same values.
 */
final class OnePart implements Parts {
  private final ConnectionSpec database;
  private final String name;
  private final ContentKey code;
  private final List<String> inputs;
  private final List<String> outputs;
  private long rows;

  /**
   * @param name of the part
   * @param code which is run, with its parameters
   * @param inputs rows that decide the result: what stands in a {@code FROM}, with the table as
   *     {@code t}
   * @param outputs rows that are written
   */
  OnePart(
      ConnectionSpec database,
      String name,
      ContentKey code,
      List<String> inputs,
      List<String> outputs) {
    this.database = database;
    this.name = name;
    this.code = code;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
  }

  @Override
  public String unit() {
    return "parts";
  }

  @Override
  public SortedMap<String, ContentKey> keys() throws SQLException {
    Fingerprint now = all(inputs);
    rows = now.rows();
    return new TreeMap<>(Map.of(name, code.input(name, now.toString())));
  }

  @Override
  public SortedMap<String, Fingerprint> outputs() throws SQLException {
    return new TreeMap<>(Map.of(name, all(outputs)));
  }

  /** Rows of a table as inputs or outputs. */
  static String rows(Table table, String condition) {
    return "%s AS t WHERE %s".formatted(table.name(), condition);
  }

  private Fingerprint all(List<String> some) throws SQLException {
    Fingerprint all = Fingerprint.EMPTY;
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      for (String each : some) {
        all = all.plus(snapshot.versions(each));
      }
    }
    return all;
  }

  @Override
  public long rows(String part) {
    return rows;
  }
}
