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
 * <p>A row is encoded as the text of its columns, each with its length before it and NULL as a
 * dash, under fixed settings for dates, numbers and zones. The sum is that of the two halves of the
 * encodings' MD5, each modulo 2^64: a sum and not an exclusive or, so that two equal rows do not
 * cancel out.
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
    String encoding =
        columns.stream()
            .map(column -> "t." + Sql.identifier(column) + "::text")
            .map(text -> "coalesce(length(" + text + ") || ':' || " + text + ", '-')")
            .collect(Collectors.joining(" || "));
    String query =
        "SELECT count(*), "
            + half(1)
            + ", "
            + half(17)
            + " FROM (SELECT md5("
            + encoding
            + ") AS h FROM "
            + from
            + " WHERE "
            + where
            + ") AS hashes";
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
      try (ResultSet sums = statement.executeQuery(query)) {
        sums.next();
        return new Checksum(sums.getLong(1), hex(sums.getString(2)) + hex(sums.getString(3)));
      }
    }
  }

  private static String half(int from) {
    return "coalesce(sum(('x' || substr(h, " + from + ", 16))::bit(64)::bigint::numeric), 0)";
  }

  private static String hex(String sum) {
    return String.format("%016x", new BigInteger(sum).mod(MODULUS));
  }
}
