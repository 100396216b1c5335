// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How many connections a server gives to a role for a database, as it was when it was asked.
 *
 * @param limits all that apply
 */
public record Room(List<Limit> limits) {

  /**
   * One of the limits.
   *
   * @param name of the setting, as a part of a sentence
   * @param most connections at all
   * @param used by sessions of others and of ours, without the one that asked
   */
  public record Limit(String name, int most, int used) {

    /** How many more there may be now. */
    public int free() {
      return Math.max(0, most - used);
    }
  }

  /** A server's reserve, and a limit that is -1 for none, are of no concern to superusers. */
  private static final String LIMITS =
      """
      SELECT 'max_connections of the server' AS name,
             current_setting('max_connections')::int
               - CASE WHEN r.rolsuper THEN 0 ELSE
                   current_setting('superuser_reserved_connections')::int
                   + coalesce(current_setting('reserved_connections', true)::int, 0) END AS most,
             (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL) - 1 AS used
      FROM pg_roles AS r WHERE r.rolname = current_user
      UNION ALL
      SELECT 'the CONNECTION LIMIT of role ' || rolname, rolconnlimit,
             (SELECT count(*) FROM pg_stat_activity WHERE usesysid = r.oid) - 1
      FROM pg_roles AS r WHERE rolname = current_user AND rolconnlimit >= 0 AND NOT rolsuper
      UNION ALL
      SELECT 'the CONNECTION LIMIT of database ' || datname, datconnlimit,
             (SELECT count(*) FROM pg_stat_activity AS a WHERE a.datid = d.oid) - 1
      FROM pg_database AS d JOIN pg_roles AS r ON r.rolname = current_user
      WHERE datname = current_database() AND datconnlimit >= 0 AND NOT r.rolsuper""";

  public Room {
    limits = List.copyOf(limits);
  }

  /**
   * Asks a server.
   *
   * @throws SQLException when it does not answer or refuses
   */
  public static Room of(ConnectionSpec spec) throws SQLException {
    try (Connection connection = spec.connect("plan");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LIMITS)) {
      List<Limit> limits = new ArrayList<>();
      while (row.next()) {
        limits.add(new Limit(row.getString(1), row.getInt(2), row.getInt(3)));
      }
      return new Room(limits);
    }
  }

  /** The limit that allows the fewest connections at all. */
  public Limit narrowest() {
    return limits.stream().min(Comparator.comparingInt(Limit::most)).orElseThrow();
  }

  /** The limit that leaves the fewest now. */
  public Limit tightest() {
    return limits.stream().min(Comparator.comparingInt(Limit::free)).orElseThrow();
  }
}
