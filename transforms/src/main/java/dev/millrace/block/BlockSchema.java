// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.beam.sdk.schemas.Schema;

/**
 * The ordered, uniquely named columns of a {@link Block}. Immutable.
 *
 * @param columns at least one
 */
public record BlockSchema(List<Column> columns) implements Serializable {

  /**
   * @throws IllegalArgumentException without columns, or when two bear one name
   */
  public BlockSchema {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("Invalid schema: no columns (must have one or more)");
    }
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      if (!seen.add(column.name())) {
        throw new IllegalArgumentException(
            "Invalid schema: two columns named " + column.name() + " (must differ)");
      }
    }
  }

  public static BlockSchema of(Column... columns) {
    return new BlockSchema(List.of(columns));
  }

  /**
   * The columns of a Beam schema.
   *
   * @throws IllegalArgumentException when a field's type has no form in a block
   */
  public static BlockSchema fromBeam(Schema schema) {
    return BeamTypes.toBlock(schema);
  }

  /** The Beam schema of {@link Blocks#toRows()}; every field is nullable. */
  public Schema toBeam() {
    return BeamTypes.toBeam(this);
  }

  /** The Arrow schema of the record batches that {@link Blocks#map} sees. */
  public org.apache.arrow.vector.types.pojo.Schema toArrow() {
    return ArrowTypes.toArrow(this);
  }

  public int size() {
    return columns.size();
  }

  public Column column(int index) {
    return columns.get(index);
  }

  /**
   * The position of a column.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public int indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "Invalid column: " + name + " (must be one of " + names() + ")");
  }

  /** The named columns, in the order given. */
  public BlockSchema project(List<String> names) {
    List<Column> kept = new ArrayList<>(names.size());
    for (String name : names) {
      kept.add(columns.get(indexOf(name)));
    }
    return new BlockSchema(kept);
  }

  /**
   * These columns and then those of another schema.
   *
   * @throws IllegalArgumentException when two bear one name
   */
  public BlockSchema and(BlockSchema other) {
    List<Column> all = new ArrayList<>(columns);
    all.addAll(other.columns);
    return new BlockSchema(all);
  }

  /** The columns' names, in order. */
  public List<String> names() {
    return columns.stream().map(Column::name).collect(Collectors.toUnmodifiableList());
  }

  /** For people, as in {@code (id INT64, name TEXT)}. */
  @Override
  public String toString() {
    return columns.stream()
        .map(column -> column.name() + " " + column.type())
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
