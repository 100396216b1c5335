// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rows of a relation, counted and summed up by the database itself, whatever their order.
 *
 * <p>A row is encoded as the text of a record of its columns' texts, under fixed settings for
 * dates, numbers and zones. The sum is that of the two halves of the encodings' MD5, each modulo
 * 2^64: a sum and not an exclusive or, so that two equal rows do not cancel out.
 *
 * @param rows how many
 * @param sum of 32 hexadecimal digits
 */
public record Checksum(long rows, String sum) {

  private static final String SETTINGS =
      """
      SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'iso_8601';
      SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1;
      SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0
      """;

  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(64);

  /**
   * Sums up within a transaction of the connection, which must have begun or be about to.
   *
   * @param from what stands in a {@code FROM}, with an alias {@code t}
   * @param where a condition in SQL
   */
  public static Checksum of(Connection connection, List<String> columns, String from, String where)
      throws SQLException {
    String text =
        columns.stream()
            .map(column -> "t." + Sql.identifier(column) + "::text")
            .collect(Collectors.joining(", ", "ROW(", ")::text"));
    List<String> halves = RowDigest.MD5.halves("r.digest");
    // The arm without rows keeps the planner from evaluating the digest twice, once for each half.
    String query =
        "SELECT count(*), coalesce(sum(%s), 0), coalesce(sum(%s), 0) FROM (SELECT %s AS digest FROM %s"
                .formatted(halves.get(0), halves.get(1), RowDigest.MD5.prepared(text), from)
            + " WHERE "
            + where
            + "\n UNION ALL SELECT NULL WHERE false) AS r";
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
      try (ResultSet sums = statement.executeQuery(query)) {
        sums.next();
        return new Checksum(sums.getLong(1), hex(sums.getString(2)) + hex(sums.getString(3)));
      }
    }
  }

  private static String hex(String sum) {
    return String.format("%016x", new BigInteger(sum).mod(MODULUS));
  }
}
