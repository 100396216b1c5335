// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.postgresql.core.Oid;

/**
 * How the values of a column and of its copy in another table are written, so that two have one
 * text just if the copy is right: 1.0 and 1.00, 0 and -0, a {@code char(5)} and a {@code varchar},
 * a {@code json} and the {@code jsonb} made of it. What the two types have in common decides;
 * within arrays, composite types and documents it is the server's own text.
 *
 * @param source the column
 * @param target its copy, of the same name
 */
public record CanonicalText(TableColumn source, TableColumn target) {

  private static final Set<Integer> WHOLE = Set.of(Oid.INT2, Oid.INT4, Oid.INT8);
  private static final Set<Integer> FLOAT = Set.of(Oid.FLOAT4, Oid.FLOAT8);
  private static final Set<Integer> TEXT = Set.of(Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR);
  private static final Set<Integer> DOCUMENT = Set.of(Oid.JSON, Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR);

  /** What both sides turn their values into first. */
  private enum Form {
    /** As the type's output function writes it. */
    PLAIN,
    /** Numbers without zeros at the end. */
    NUMERIC,
    /** Numbers without the sign of a zero. */
    FLOAT4,
    FLOAT8,
    /** As a cast to text writes it: without the blanks that fill up, and an XML as it is stored. */
    TEXT,
    JSONB
  }

  /**
   * Settles all settings of a session that the text of a value depends on, until its transaction
   * ends.
   */
  public static void settle(Connection connection) throws SQLException {
    TextForm.settle(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lc_monetary = 'C'");
    }
  }

  /** An expression over the source's table {@code t} whose output is the canonical text. */
  public String ofSource() {
    return isRead()
        ? turned(reference() + "::text::" + target.shape().sql(), target, form(target, target))
        : turned(reference(), source, form(source, target));
  }

  /** As {@link #ofSource}, over the target's table {@code t}. */
  public String ofTarget() {
    return turned(reference(), target, form(isRead() ? target : source, target));
  }

  /** As {@link #ofSource}, as a value of type text. */
  public String textOfSource() {
    return TextForm.of(isRead() ? target : source, ofSource());
  }

  /** As {@link #ofTarget}, as a value of type text. */
  public String textOfTarget() {
    return TextForm.of(target, ofTarget());
  }

  private String reference() {
    return "t." + Sql.identifier(source.name());
  }

  /** Whether the copy is what the target's type read from a text. */
  private boolean isRead() {
    return TEXT.contains(source.type())
        && !DOCUMENT.contains(target.type())
        && target.type() != Oid.JSONB;
  }

  private static Form form(TableColumn one, TableColumn other) {
    boolean texts = TEXT.contains(one.type()) || TEXT.contains(other.type());
    boolean documents = DOCUMENT.contains(one.type()) || DOCUMENT.contains(other.type());
    boolean jsonb = one.type() == Oid.JSONB || other.type() == Oid.JSONB;
    if (jsonb && documents) {
      return other.type() == Oid.JSONB ? Form.JSONB : Form.TEXT;
    }
    if (texts || one.type() == Oid.XML) {
      return Form.TEXT;
    }
    if (!isNumber(one) || !isNumber(other)) {
      return Form.PLAIN;
    }
    if (FLOAT.contains(one.type()) || FLOAT.contains(other.type())) {
      boolean narrow = one.type() == Oid.FLOAT4 && other.type() == Oid.FLOAT4;
      return narrow ? Form.FLOAT4 : Form.FLOAT8;
    }
    // All values of one declared scale have as many digits.
    boolean scaled = one.modifier() >= 0 && one.modifier() == other.modifier();
    return scaled ? Form.PLAIN : Form.NUMERIC;
  }

  private static boolean isNumber(TableColumn column) {
    return column.type() == Oid.NUMERIC
        || WHOLE.contains(column.type())
        || FLOAT.contains(column.type());
  }

  private static String turned(String value, TableColumn own, Form form) {
    return switch (form) {
      case PLAIN -> value;
      case NUMERIC -> WHOLE.contains(own.type()) ? value : "trim_scale(" + value + ")";
      // Adding 0 changes nothing but -0.
      case FLOAT4 -> value + " + 0::float4";
      case FLOAT8 -> value + "::float8 + 0::float8";
      case TEXT -> value + "::text";
      case JSONB -> value + "::jsonb";
    };
  }
}
