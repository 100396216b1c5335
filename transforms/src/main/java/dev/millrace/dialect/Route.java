// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockType;
import dev.millrace.block.BlockType.Kind;
import java.util.Optional;
import org.postgresql.core.Oid;

/**
 * How the values of a block's column get into a column of a table: straight, or through a column of
 * a staging table of another type, from which they are cast.
 *
 * @param into the column that {@code COPY} writes
 * @param cast the type in SQL to cast to from there; empty for none
 */
record Route(TableColumn into, String cast) {

  /** The route from a type into a column, if every value of the type stays as it is. */
  static Optional<Route> of(BlockType type, TableColumn target) {
    if (FieldEncoder.of(type, target).isPresent()) {
      return Optional.of(new Route(target, ""));
    }
    Shape shape = target.shape();
    boolean same = shape.transport() != Shape.Transport.NONE && shape.holds(type.sqlName());
    boolean text = type.kind() == Kind.TEXT;
    if (same || (text && type.sqlName().isEmpty() && shape.faithful())) {
      // Assignment after a cast to the bare type refuses what a cast with a modifier would cut.
      return Optional.of(new Route(stage(target, type), shape.sql()));
    }
    boolean toText = target.type() == Oid.TEXT || target.type() == Oid.VARCHAR;
    return !text && toText && target.modifier() < 0
        ? Optional.of(new Route(stage(target, type), "text"))
        : Optional.empty();
  }

  boolean isCast() {
    return !cast.isEmpty();
  }

  /** A column of the staging table in which values of a type stay as they are. */
  private static TableColumn stage(TableColumn target, BlockType type) {
    String sql = PgType.sql(type);
    Shape shape = new Shape(type.sqlName(), sql, Shape.Transport.SEND, false);
    return new TableColumn(
        target.name(), PgType.oid(type), -1, sql, shape, false, true, false, false);
  }
}
