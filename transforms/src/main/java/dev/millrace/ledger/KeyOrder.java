// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.dialect.KeyType;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableColumn;
import dev.millrace.dialect.TableRead;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.postgresql.core.Oid;

/**
 * The order of a table's rows by a key, the same in SQL as here, so that what was copied can be
 * told by positions whatever server compares them. Immutable and safe to share between threads.
 */
public final class KeyOrder implements Comparator<Position>, Serializable {

  /** Compares byte by byte, as an index of another collation cannot. */
  private static final String BYTEWISE = " COLLATE \"C\"";

  /**
   * @param collate whether SQL must be told to compare byte by byte
   */
  private record KeyColumn(String name, String typeName, KeyType type, boolean collate)
      implements Serializable {

    String ordered(String reference) {
      return collate ? "(" + reference + ")::text" + BYTEWISE : reference;
    }

    String literal(String text) {
      return Sql.literal(text) + "::" + (collate ? "text" + BYTEWISE : typeName);
    }
  }

  private final List<KeyColumn> columns;

  private KeyOrder(List<KeyColumn> columns) {
    this.columns = List.copyOf(columns);
  }

  /**
   * The order by a key.
   *
   * @param key one or more of the columns read
   * @param bytewise the columns that the server compares byte by byte anyway
   * @throws IllegalArgumentException when a column is not read, or is of a type whose order is not
   *     known exactly
   */
  public static KeyOrder of(TableRead read, List<String> key, Set<String> bytewise) {
    List<KeyColumn> columns = new ArrayList<>();
    for (String name : key) {
      columns.add(column(read, name, bytewise.contains(name)));
    }
    return new KeyOrder(columns);
  }

  private static KeyColumn column(TableRead read, String name, boolean bytewise) {
    Table table = read.table();
    TableColumn column = table.column(name);
    if (!read.schema().names().contains(name)) {
      throw refused(table, name, "which is not among the columns copied: " + read.schema().names());
    }
    int type = column.type();
    return KeyType.of(read.schema().column(read.schema().indexOf(name)).type(), type == Oid.BPCHAR)
        .map(known -> new KeyColumn(name, unlimited(column), known, known.isText() && !bytewise))
        .orElseThrow(
            () ->
                refused(
                    table,
                    name,
                    "whose type "
                        + column.typeName()
                        + " has no exact order here; name columns of whole numbers, numeric, text,"
                        + " uuid, date or timestamp as the key"));
  }

  /** The type without its limits, by which a literal would be cut or rounded. */
  private static String unlimited(TableColumn column) {
    return switch (column.type()) {
      case Oid.BPCHAR -> "bpchar";
      case Oid.VARCHAR -> "varchar";
      case Oid.NUMERIC -> "numeric";
      case Oid.TIMESTAMP -> "timestamp";
      case Oid.TIMESTAMPTZ -> "timestamptz";
      default -> column.typeName();
    };
  }

  private static IllegalArgumentException refused(Table table, String column, String why) {
    return new IllegalArgumentException(
        "Cannot keep a ledger of " + table.name() + " by column " + column + ", " + why);
  }

  /** The order by the first column alone. */
  public KeyOrder first() {
    return new KeyOrder(columns.subList(0, 1));
  }

  public List<String> names() {
    return columns.stream().map(KeyColumn::name).toList();
  }

  /** The columns for which only an index with {@code COLLATE "C"} serves. */
  public List<String> collated() {
    return columns.stream().filter(KeyColumn::collate).map(KeyColumn::name).toList();
  }

  /** SQL for what to order by, a term for each column, given how SQL refers to a column. */
  public List<String> ordered(List<String> references) {
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      terms.add(columns.get(i).ordered(references.get(i)));
    }
    return terms;
  }

  /**
   * SQL for the values of a position, to compare the first of {@link #ordered} with: as many as the
   * position has.
   */
  public List<String> literals(Position position) {
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < position.values().size(); i++) {
      terms.add(columns.get(i).literal(position.values().get(i)));
    }
    return terms;
  }

  /**
   * The position of a row.
   *
   * @throws IllegalArgumentException when a value of its key is NULL
   */
  public Position of(Block block, int row) {
    List<String> values = new ArrayList<>(columns.size());
    for (KeyColumn column : columns) {
      BlockColumn from = block.column(block.schema().indexOf(column.name()));
      if (from.isNull(row)) {
        throw new IllegalArgumentException(
            "Cannot place a row: its key " + column.name() + " is NULL");
      }
      values.add(column.type().text(from, row));
    }
    return new Position(values);
  }

  /**
   * Checks that blocks of a schema have the key's columns.
   *
   * @throws IllegalArgumentException when one is missing or of another type
   */
  public void require(BlockSchema schema) {
    for (KeyColumn column : columns) {
      boolean there =
          schema.names().contains(column.name())
              && KeyType.of(
                      schema.column(schema.indexOf(column.name())).type(),
                      column.type() == KeyType.PADDED_TEXT)
                  .filter(column.type()::equals)
                  .isPresent();
      if (!there) {
        throw new IllegalArgumentException(
            "Cannot write in ledger mode: the blocks have no column "
                + column.name()
                + " of the key as it was read, but "
                + schema);
      }
    }
  }

  @Override
  public int compare(Position a, Position b) {
    int shared = Math.min(a.values().size(), b.values().size());
    for (int i = 0; i < shared; i++) {
      int order = columns.get(i).type().compare(a.values().get(i), b.values().get(i));
      if (order != 0) {
        return order;
      }
    }
    // Of two places before rows the one that names fewer values comes first.
    int rankOfA = a.isBefore() ? a.values().size() : Integer.MAX_VALUE;
    int rankOfB = b.isBefore() ? b.values().size() : Integer.MAX_VALUE;
    return Integer.compare(rankOfA, rankOfB);
  }

  @Override
  public String toString() {
    return String.join(", ", names());
  }
}
