// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Column;
import dev.millrace.dialect.KeyType;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;

/** How the values of a key's columns are written, where equal ones must be equal. Immutable. */
final class KeyForm implements KeyScope.Part, Serializable {

  private final KeyType[] types;

  private KeyForm(KeyType[] types) {
    this.types = types;
  }

  /**
   * Of a key's columns.
   *
   * @throws IllegalArgumentException if one is of a type that no key may have
   */
  static KeyForm of(BlockSchema key) {
    return new KeyForm(key.columns().stream().map(KeyForm::type).toArray(KeyType[]::new));
  }

  private static KeyType type(Column column) {
    return KeyType.of(column.type(), false)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid key column: %s of %s (must be a whole number, numeric, text, uuid, date or timestamp)"
                        .formatted(column.name(), column.type())));
  }

  @Override
  public void write(int part, BlockColumn column, int row, ByteArrayOutputStream key) {
    types[part].write(column, row, key);
  }

  /** A value as people read it. */
  String text(int part, BlockColumn column, int row) {
    return types[part].text(column, row);
  }
}
