// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.values.Row;

/** Finds what belongs to keys, of which many are asked for at once. Called by several threads. */
@FunctionalInterface
public interface LookupFunction extends Serializable {

  /**
   * Asks for some keys.
   *
   * @param keys rows of the key's columns, one or more, all different, without NULLs
   * @return of each key that was found, its row of the columns that are found; others are left out
   * @throws Exception when it cannot be known what belongs to them, which ends the bundle
   */
  Map<Row, Row> find(List<Row> keys) throws Exception;
}
