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

/** A stage's result for one window, or for all there is: it is left out as a whole. */
final class OnePart implements Parts {
  private final ConnectionSpec database;
  private final String name;
  private final ContentKey code;
  private final List<Rows> inputs;
  private final List<Rows> outputs;
  private long rows;

  /**
   * Some rows, of which some columns count.
   *
   * @param from what stands in a {@code FROM}, with the table as {@code t}, and a condition
   */
  record Rows(List<String> columns, String from) {

    /** All columns of the rows that a condition holds for. */
    static Rows of(Table table, String condition) {
      return of(table.schema().names(), table, condition);
    }

    static Rows of(List<String> columns, Table table, String condition) {
      return new Rows(columns, "%s AS t WHERE %s".formatted(table.name(), condition));
    }
  }

  /**
   * @param name of the part
   * @param code which is run, with its parameters
   * @param inputs that decide the result
   * @param outputs what is written
   */
  OnePart(
      ConnectionSpec database,
      String name,
      ContentKey code,
      List<Rows> inputs,
      List<Rows> outputs) {
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

  private Fingerprint all(List<Rows> some) throws SQLException {
    Fingerprint all = Fingerprint.EMPTY;
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      for (Rows each : some) {
        all = all.plus(snapshot.whole(each.columns(), each.from()));
      }
    }
    return all;
  }

  @Override
  public long rows(String part) {
    return rows;
  }
}
