// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Changes of the ledger's tables. */
final class Statements {

  private Statements() {}

  /**
   * Changes rows within the connection's transaction.
   *
   * @param values of the parameters, in order
   * @return how many rows
   */
  static int update(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }
}
