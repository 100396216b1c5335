// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;

/**
 * A named column of a {@link BlockSchema}.
 *
 * @param name as the database spells it, not empty
 * @param type what it holds
 */
public record Column(String name, BlockType type) implements Serializable {

  public Column {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("Invalid column name: empty (must have a character)");
    }
  }

  public static Column of(String name, BlockType type) {
    return new Column(name, type);
  }
}
