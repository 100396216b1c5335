// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.TableColumn;
import dev.millrace.ledger.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An order of the rows of two tables, the same on both servers, by which they are cut into ranges.
 *
 * @param by what it goes by
 * @param terms what SQL orders by
 */
record Scale(By by, List<Term> terms) {

  /** What the order of rows is taken from. */
  enum By {
    /** The key, or as many of its first columns as both servers order alike: an index serves. */
    KEY,
    /** The digest of the key, which both servers order alike whatever its types: none serves. */
    DIGEST,
    /** The cursor; windows begin where they say, and end before the next. */
    WINDOW
  }

  /**
   * A column, or another expression.
   *
   * @param name for people
   * @param source in SQL over the source's table {@code t}
   * @param target in SQL over the target's
   * @param type of literals to compare with
   * @param nullable whether it may be NULL on either side
   */
  record Term(String name, String source, String target, String type, boolean nullable) {}

  static Scale of(TablePair pair, VerifyOptions options) {
    if (options.window() != null) {
      return ofCursor(pair, options.cursor());
    }
    List<Term> terms = new ArrayList<>();
    for (CanonicalText column : pair.key()) {
      Optional<KeyKind> kind =
          KeyKind.common(column.source(), column.target())
              .filter(each -> !each.isText() || pair.bytewise().contains(column.source().name()));
      if (kind.isEmpty()) {
        break;
      }
      terms.add(term(column, kind.get()));
    }
    return terms.isEmpty() ? ofDigest(pair) : new Scale(By.KEY, terms);
  }

  private static Scale ofCursor(TablePair pair, String cursor) {
    CanonicalText column = pair.column(cursor);
    KeyKind kind =
        KeyKind.common(column.source(), column.target())
            .filter(Scale::isTime)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Cannot compare by windows of %s: it is %s there and %s here (must be a date"
                                .formatted(
                                    cursor, column.source().typeName(), column.target().typeName())
                            + " or timestamp, the same on both sides)"));
    return new Scale(By.WINDOW, List.of(term(column, kind)));
  }

  private static boolean isTime(KeyKind kind) {
    return switch (kind) {
      case DATE, TIMESTAMP, TIMESTAMPTZ -> true;
      default -> false;
    };
  }

  private static Scale ofDigest(TablePair pair) {
    String source = digest(pair, pair.identity().stream().map(CanonicalText::ofSource));
    String target = digest(pair, pair.identity().stream().map(CanonicalText::ofTarget));
    String name = pair.isKeyed() ? String.join(", ", pair.keyNames()) : "rows";
    return new Scale(
        By.DIGEST, List.of(new Term("digests of " + name, source, target, "bigint", false)));
  }

  private static String digest(TablePair pair, Stream<String> values) {
    String text = SideSql.record(values.toList());
    return pair.digest().halves(pair.digest().prepared(text)).get(0);
  }

  private static Term term(CanonicalText column, KeyKind kind) {
    TableColumn source = column.source();
    String reference = "t." + Sql.identifier(source.name());
    boolean nullable = source.nullable() || column.target().nullable();
    return new Term(source.name(), reference, reference, kind.sql(), nullable);
  }

  /** Whether rows of one key are in one range on both sides, even if they differ. */
  boolean keepsKeysTogether() {
    return by != By.WINDOW;
  }

  boolean hasNulls() {
    return terms.stream().anyMatch(Term::nullable);
  }

  /** The condition that a place comes after another, or, of windows, that it is not before it. */
  String isAbove(List<String> place, Position low) {
    return row(place) + (by == By.WINDOW ? " >= " : " > ") + literal(low);
  }

  /** The contrary of {@link #isAbove}. */
  String isBelow(List<String> place, Position high) {
    return row(place) + (by == By.WINDOW ? " < " : " <= ") + literal(high);
  }

  /** Whether a row has no place. */
  String isNull(List<String> place) {
    List<String> tests = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      if (terms.get(i).nullable()) {
        tests.add(place.get(i) + " IS NULL");
      }
    }
    return tests.isEmpty() ? "false" : "(" + String.join(" OR ", tests) + ")";
  }

  private static String row(List<String> place) {
    return "(" + String.join(", ", place) + ")";
  }

  private String literal(Position position) {
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      literals.add(Sql.literal(position.values().get(i)) + "::" + terms.get(i).type());
    }
    return row(literals);
  }

  /** A range for people. */
  String label(KeyRange range) {
    if (range.nulls()) {
      return this + " NULL";
    }
    String interval = range.interval().toString();
    return by == By.WINDOW ? "[" + interval.substring(1, interval.length() - 1) + ")" : interval;
  }

  /** The names of the terms. */
  @Override
  public String toString() {
    return terms.stream().map(Term::name).collect(Collectors.joining(", "));
  }
}
