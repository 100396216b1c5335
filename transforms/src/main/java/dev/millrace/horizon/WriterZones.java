// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The time zones in which a column without zone may be written. */
final class WriterZones {

  /**
   * What the server is configured with. The zone of this session is that of this JVM and says
   * nothing; the file may be read by few, and the zone of the log is by default the same.
   */
  private static final String CONFIGURED =
      """
      SELECT setting FROM pg_settings WHERE name = 'log_timezone'
      UNION
      SELECT split_part(setting, '=', 2) FROM pg_db_role_setting, unnest(setconfig) AS setting
      WHERE lower(split_part(setting, '=', 1)) = 'timezone'
        AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      ORDER BY 1
      """;

  private static final String MAY_READ_FILE =
      """
      SELECT has_table_privilege('pg_file_settings', 'SELECT')
        AND has_function_privilege('pg_show_all_file_settings()', 'EXECUTE')
      """;

  private static final String FILE =
      "SELECT setting FROM pg_file_settings WHERE lower(name) = 'timezone' AND applied";

  private static final Pattern IN_DEFAULT =
      Pattern.compile("(?:AT TIME ZONE |timezone\\()'([^']+)'", Pattern.CASE_INSENSITIVE);

  private WriterZones() {}

  /** The zones that a server is configured with. */
  static List<String> configured(Connection connection) throws SQLException {
    Set<String> zones = new LinkedHashSet<>(texts(connection, CONFIGURED));
    if (texts(connection, MAY_READ_FILE).contains("t")) {
      zones.addAll(texts(connection, FILE));
    }
    return List.copyOf(zones);
  }

  /** The zones that a column's default names. */
  static List<String> named(@Nullable String fill) {
    List<String> zones = new ArrayList<>();
    Matcher matcher = IN_DEFAULT.matcher(fill == null ? "" : fill);
    while (matcher.find()) {
      zones.add(matcher.group(1));
    }
    return zones;
  }

  /**
   * Checks that the server knows a zone.
   *
   * @throws IllegalArgumentException when it does not
   */
  static void require(Connection connection, String zone) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT now() AT TIME ZONE ?")) {
      statement.setString(1, zone);
      statement.executeQuery().close();
    } catch (SQLException unknown) {
      if ("22023".equals(unknown.getSQLState())) {
        throw new IllegalArgumentException(
            "Invalid time zone: " + zone + " (must be one the server knows, as in Europe/Dublin)",
            unknown);
      }
      throw unknown;
    }
  }

  private static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
