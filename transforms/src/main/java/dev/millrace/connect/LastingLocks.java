// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Sessions that hold an advisory lock for long. It is to go with whoever holds it, also when their
 * machine goes or the network in between, and not before.
 */
public final class LastingLocks {

  /** A server that cannot see that its client has gone has no such setting, or refuses it. */
  private static final String SETTINGS =
      """
      SELECT set_config(name, value, false)
      FROM pg_settings JOIN (VALUES ('idle_session_timeout', '0'),
        ('client_connection_check_interval', '10000'), ('tcp_keepalives_idle', '30'),
        ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')) AS wanted (name, value)
      USING (name)
      WHERE name <> 'client_connection_check_interval' OR version() !~* 'visual c|msvc|mingw'""";

  private LastingLocks() {}

  /** Has the server end the session within a minute when nobody is at its other end any more. */
  public static void prepare(Connection session) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(SETTINGS);
    }
  }
}
