// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.dialect.Shape.Transport;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postgresql.core.Oid;

/** Asks PostgreSQL's catalog what types are made of. Not safe for use by several threads. */
final class TypeCatalog {

  /** Types from this number on are numbered anew by every database. */
  private static final long FIRST_OF_DATABASE = 16_384;

  private static final int MONEY = 790;
  private static final int MONEY_ARRAY = 791;

  /** Of every server, without modifiers. Not those that take a text for another's: a date. */
  private static final Set<String> FAITHFUL =
      Set.of(
          "boolean",
          "smallint",
          "integer",
          "bigint",
          "numeric",
          "text",
          "character varying",
          "bytea",
          "uuid",
          "json",
          "xml",
          "bit",
          "bit varying",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "oid",
          "tid",
          "xid",
          "xid8",
          "pg_lsn",
          "jsonpath",
          "int4range",
          "int8range",
          "numrange",
          "int4multirange",
          "int8multirange",
          "nummultirange");

  /**
   * Of an XML the send function drops the encoding that a document declares. Of the others the
   * receive function does not take the empty value that the send function writes.
   */
  private static final Set<String> AS_TEXT = Set.of("xml", "tsquery", "int2vector", "oidvector");

  private static final String TYPE =
      """
      SELECT t.typname, quote_ident(n.nspname) || '.' || quote_ident(t.typname), t.typtype,
             t.typcategory, t.typbasetype, t.typtypmod, t.typrelid,
             CASE WHEN t.typinput = 'pg_catalog.array_in'::regproc THEN t.typelem ELSE 0 END,
             coalesce((SELECT p.prosrc FROM pg_proc p WHERE p.oid = t.typsend), ''),
             coalesce((SELECT p.prosrc FROM pg_proc p WHERE p.oid = t.typreceive), ''),
             format_type(t.oid, ?), format_type(t.oid, -1), current_setting('lc_monetary'),
             (SELECT row_to_json(r)->>'rngsubtype' FROM pg_range r
              WHERE r.rngtypid = t.oid OR (row_to_json(r)->>'rngmultitypid')::oid = t.oid LIMIT 1)
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE t.oid = ?
      """;

  private static final String FIELDS =
      """
      SELECT quote_ident(attname), atttypid, atttypmod FROM pg_attribute
      WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped ORDER BY attnum
      """;

  /**
   * A type below its domains.
   *
   * @param oid in {@code pg_type}
   * @param modifier -1 for none
   */
  record Resolved(int oid, int modifier, Shape shape) {}

  private record Key(long oid, int modifier) {}

  private final Connection connection;
  private final Map<Key, Resolved> known = new HashMap<>();

  TypeCatalog(Connection connection) {
    this.connection = connection;
  }

  Resolved resolve(long oid, int modifier) throws SQLException {
    Key key = new Key(oid, modifier);
    Resolved resolved = known.get(key);
    if (resolved == null) {
      resolved = ask(oid, modifier);
      known.put(key, resolved);
    }
    return resolved;
  }

  private Resolved ask(long oid, int modifier) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TYPE)) {
      statement.setInt(1, modifier);
      statement.setLong(2, oid);
      try (ResultSet type = statement.executeQuery()) {
        type.next();
        if (type.getString(3).equals("d")) {
          return resolve(type.getLong(5), type.getInt(6));
        }
        Shape shape =
            oid < FIRST_OF_DATABASE ? builtIn((int) oid, type) : ofDatabase(type, modifier);
        return new Resolved((int) oid, modifier, shape);
      }
    }
  }

  private Shape builtIn(int oid, ResultSet type) throws SQLException {
    // SQL's plain bit is a bit(1).
    String bare = type.getString(12).replace("\"bit\"", "bit");
    String name = type.getString(11).replace("\"bit\"", "bit");
    long element = type.getLong(8);
    Transport transport = type.getString(9).isEmpty() ? Transport.TEXT : Transport.SEND;
    boolean faithful = FAITHFUL.contains(name) || oid == Oid.BIT || oid == Oid.VARBIT;
    if (element != 0) {
      Shape of = resolve(element, -1).shape();
      transport = of.transport();
      faithful = of.faithful() && name.equals(bare);
    } else if (AS_TEXT.contains(type.getString(1))) {
      transport = Transport.TEXT;
    } else if (type.getString(3).equals("c")) {
      // Rows of the catalog, which differ between versions.
      transport = Transport.NONE;
    } else if (type.getString(4).equals("N") && type.getString(1).startsWith("reg")) {
      // A number of this database, or a name that the search path decides on.
      transport = Transport.NONE;
    }
    // Its bytes are a number of the smallest unit of the server's currency.
    boolean money = oid == MONEY || oid == MONEY_ARRAY;
    return new Shape(
        money ? name + PgType.CURRENCY + type.getString(13) : name,
        type.getString(12),
        transport,
        faithful && !money);
  }

  private Shape ofDatabase(ResultSet type, int modifier) throws SQLException {
    String sql = type.getString(2);
    if (type.getLong(8) != 0) {
      Shape of = resolve(type.getLong(8), modifier).shape();
      return new Shape(of.name() + "[]", sql, text(of), of.faithful() && modifier < 0);
    }
    return switch (type.getString(3)) {
      case "e" -> new Shape("enum", sql, Transport.LABEL, true);
      case "c" -> row(sql, type.getLong(7));
      case "r", "m" -> {
        Shape of = resolve(type.getLong(14), -1).shape();
        String name = (type.getString(3).equals("r") ? "range of " : "multirange of ") + of.name();
        yield new Shape(name, sql, text(of), of.faithful());
      }
      default -> base(type, sql);
    };
  }

  private Shape row(String sql, long relation) throws SQLException {
    List<String> names = new ArrayList<>();
    Transport transport = Transport.TEXT;
    boolean faithful = true;
    try (PreparedStatement statement = connection.prepareStatement(FIELDS)) {
      statement.setLong(1, relation);
      try (ResultSet field = statement.executeQuery()) {
        while (field.next()) {
          Resolved of = resolve(field.getLong(2), field.getInt(3));
          names.add(field.getString(1) + " " + of.shape().name());
          faithful &= of.shape().faithful() && of.modifier() < 0;
          transport = of.shape().transport() == Transport.NONE ? Transport.NONE : transport;
        }
      }
    }
    return new Shape("row(" + String.join(", ", names) + ")", sql, transport, faithful);
  }

  /** A type of an extension, such as {@code hstore}. */
  private static Shape base(ResultSet type, String sql) throws SQLException {
    String modifier = type.getString(11).substring(type.getString(12).length());
    boolean label = type.getString(9).equals("textsend") && type.getString(10).equals("textrecv");
    return new Shape(
        type.getString(1) + modifier, sql, label ? Transport.LABEL : Transport.TEXT, label);
  }

  private static Transport text(Shape of) {
    return of.transport() == Transport.NONE ? Transport.NONE : Transport.TEXT;
  }
}
