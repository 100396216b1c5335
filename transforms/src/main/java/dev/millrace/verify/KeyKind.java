// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.TableColumn;
import java.util.Optional;
import org.postgresql.core.Oid;

/** Types whose values are equal, and come in one order, on every server. */
enum KeyKind {
  WHOLE("bigint"),
  NUMERIC("numeric"),
  /** In one order only where both servers compare byte by byte. */
  TEXT("text"),
  PADDED_TEXT("bpchar"),
  UUID("uuid"),
  BYTES("bytea"),
  DATE("date"),
  TIMESTAMP("timestamp"),
  TIMESTAMPTZ("timestamptz");

  private final String sql;

  KeyKind(String sql) {
    this.sql = sql;
  }

  /** The type of a literal to compare a column with, so that its index serves. */
  String sql() {
    return sql;
  }

  boolean isText() {
    return this == TEXT || this == PADDED_TEXT;
  }

  /** What two columns have in common; empty when nothing is. */
  static Optional<KeyKind> common(TableColumn one, TableColumn other) {
    Optional<KeyKind> kind = of(one);
    if (kind.equals(of(other))) {
      return kind;
    }
    boolean numbers = isNumber(kind) && isNumber(of(other));
    return numbers ? Optional.of(NUMERIC) : Optional.empty();
  }

  private static boolean isNumber(Optional<KeyKind> kind) {
    return kind.filter(each -> each == WHOLE || each == NUMERIC).isPresent();
  }

  private static Optional<KeyKind> of(TableColumn column) {
    return switch (column.type()) {
      case Oid.INT2, Oid.INT4, Oid.INT8 -> Optional.of(WHOLE);
      case Oid.NUMERIC -> Optional.of(NUMERIC);
      case Oid.TEXT, Oid.VARCHAR -> Optional.of(TEXT);
      case Oid.BPCHAR -> Optional.of(PADDED_TEXT);
      case Oid.UUID -> Optional.of(UUID);
      case Oid.BYTEA -> Optional.of(BYTES);
      case Oid.DATE -> Optional.of(DATE);
      case Oid.TIMESTAMP -> Optional.of(TIMESTAMP);
      case Oid.TIMESTAMPTZ -> Optional.of(TIMESTAMPTZ);
      default -> Optional.empty();
    };
  }
}
