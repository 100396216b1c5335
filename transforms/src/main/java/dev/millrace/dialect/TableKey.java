// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * The columns of a unique index.
 *
 * @param columns their names in the index's order
 * @param nullsEqual whether a NULL is equal to a NULL, so that two rows with one collide
 */
public record TableKey(List<String> columns, boolean nullsEqual) implements Serializable {

  public TableKey {
    columns = List.copyOf(columns);
  }

  /** Whether its columns are these, in any order. */
  boolean isOf(List<String> names) {
    return Set.copyOf(columns).equals(Set.copyOf(names));
  }

  @Override
  public String toString() {
    return columns.toString();
  }
}
