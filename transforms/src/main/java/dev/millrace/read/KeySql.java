// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Blocks;
import dev.millrace.block.Origin;
import dev.millrace.dialect.CopyReader;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableRead;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Position;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of reading by key. Conditions compare whole keys as rows, {@code (a, b) > (1, 'x')},
 * which an index on the key serves.
 *
 * @param read what is read
 * @param key its columns, in the order of the index
 * @param order in which positions compare here as they do on the server; null when the server's is
 *     enough
 */
record KeySql(TableRead read, List<String> key, @Nullable KeyOrder order) implements Serializable {

  /** A condition for the keys above {@code low} and not above {@code high}. */
  String between(Interval range) {
    List<String> conditions = new ArrayList<>();
    Position low = range.low();
    if (low != null) {
      conditions.add(compare(low.values(), low.isBefore() ? " >= " : " > "));
    }
    Position high = range.high();
    if (high != null) {
      conditions.add(compare(high.values(), high.isBefore() ? " < " : " <= "));
    }
    return all(conditions);
  }

  /** A condition for the keys above {@code low} and not above {@code high}. */
  String between(Range.Keys range) {
    List<String> conditions = new ArrayList<>();
    if (range.low() != null) {
      conditions.add(compare(range.low(), " > "));
    }
    if (range.high() != null) {
      conditions.add(compare(range.high(), " <= "));
    }
    return all(conditions);
  }

  private String compare(List<String> bound, String operator) {
    return "("
        + String.join(", ", terms().subList(0, bound.size()))
        + ")"
        + operator
        + values(bound);
  }

  private String all(List<String> conditions) {
    if (conditions.isEmpty()) {
      conditions.add("true");
    }
    // A comparison with NULL is not true, so only an unbounded range would let NULLs in.
    conditions.add(notNull());
    return String.join(" AND ", conditions);
  }

  /** A condition for the rows that have no place in the key's order. */
  String someNull() {
    return nullable().isEmpty() ? "false" : "(" + isNull(" IS NULL", " OR ") + ")";
  }

  private String notNull() {
    return nullable().isEmpty() ? "true" : isNull(" IS NOT NULL", " AND ");
  }

  private String isNull(String test, String join) {
    return nullable().stream()
        .map(column -> "t." + Sql.identifier(column) + test)
        .collect(Collectors.joining(join));
  }

  List<String> nullable() {
    return key.stream().filter(column -> read.table().column(column).nullable()).toList();
  }

  /** The first rows of an interval in order, and those that share the key of the last. */
  String first(Interval range, long rows) {
    return read.query(between(range))
        + " ORDER BY "
        + ascending()
        + " FETCH FIRST "
        + rows
        + " ROWS WITH TIES";
  }

  /** The key of the first row of an interval, as it is. */
  String least(Interval range) {
    return "SELECT "
        + String.join(", ", references())
        + " FROM "
        + read.from()
        + " AS t WHERE "
        + read.and(between(range))
        + " ORDER BY "
        + ascending()
        + " LIMIT 1";
  }

  /** The key of the n-th row of a range. */
  String nth(Range.Keys range, long n) {
    return "SELECT "
        + texts()
        + " FROM "
        + read.from()
        + " AS t WHERE "
        + read.and(between(range))
        + " ORDER BY "
        + ascending()
        + " OFFSET "
        + (n - 1)
        + " LIMIT 1";
  }

  /**
   * The keys, as texts and in order, of about a fraction of the rows.
   *
   * @param fraction above 0; all rows for 1 or more
   * @param byPage whether pages of the table are chosen, rather than rows among those that are read
   */
  String sample(double fraction, boolean byPage) {
    return sample(texts(), Interval.ALL, fraction, byPage);
  }

  /** As {@link #sample(double, boolean)}, the keys as they are, of some rows only. */
  String sampleKeys(Interval within, double fraction, boolean byPage) {
    return sample(String.join(", ", references()), within, fraction, byPage);
  }

  private String sample(String columns, Interval within, double fraction, boolean byPage) {
    // Of a part of the table, pages taken at random would hold few rows.
    boolean pages = byPage && read.table().kind() != Table.Kind.VIEW && within.low() == null;
    String sampled = pages ? " TABLESAMPLE SYSTEM (" + 100 * fraction + ")" : "";
    String chosen = (pages ? "" : "random() < " + fraction + " AND ") + between(within);
    return "SELECT "
        + columns
        + " FROM "
        + read.from()
        + " AS t"
        + (fraction < 1 ? sampled : "")
        + " WHERE "
        + read.and(fraction < 1 ? chosen : between(within))
        + " ORDER BY "
        + ascending();
  }

  /** Whether a row has no place in the key's order, as a query. */
  String anyNull() {
    return "SELECT EXISTS (SELECT FROM "
        + read.from()
        + " AS t WHERE "
        + read.and(someNull())
        + ")";
  }

  /** The positions that a query of the key's columns finds. */
  List<Position> positions(Connection connection, String query) throws SQLException {
    TableRead keys = TableRead.of(read.table(), key, read.where());
    BlockBuilder builder = new BlockBuilder(keys.schema());
    List<Position> positions = new ArrayList<>();
    try (CopyReader copy = new CopyReader(connection, keys, query)) {
      for (boolean more = true; more; ) {
        more = copy.fill(builder, Blocks.DEFAULT_SIZE.bytes());
        Block block = builder.build(Origin.NONE);
        for (int row = 0; row < block.rows(); row++) {
          positions.add(requireNonNull(order).of(block, row));
        }
      }
    }
    return positions;
  }

  private List<String> references() {
    return key.stream().map(column -> "t." + Sql.identifier(column)).toList();
  }

  private List<String> terms() {
    return order == null ? references() : order.ordered(references());
  }

  private String values(List<String> position) {
    List<String> values = new ArrayList<>();
    if (order != null) {
      values = order.literals(new Position(position));
    } else {
      for (int i = 0; i < position.size(); i++) {
        String type = read.table().column(key.get(i)).typeName();
        values.add(Sql.literal(position.get(i)) + "::" + type);
      }
    }
    return "(" + String.join(", ", values) + ")";
  }

  private String texts() {
    return references().stream()
        .map(reference -> reference + "::text")
        .collect(Collectors.joining(", "));
  }

  String ascending() {
    return String.join(", ", terms());
  }
}
