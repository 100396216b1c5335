// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What two tables of the same rows have in common, in whatever order they hold them.
 *
 * @param rows how many
 * @param sum the sum of the rows' 64-bit hashes, over all columns
 */
record Checksum(long rows, BigDecimal sum) {

  /** Reads the checksum of a query's rows; the server does the work. */
  static Checksum of(Connection connection, String query) throws SQLException {
    String sql =
        "select count(*), coalesce(sum(hash_record_extended(r, 0)::numeric), 0) from (%s) r"
            .formatted(query);
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return new Checksum(result.getLong(1), result.getBigDecimal(2));
    }
  }
}
