// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a database makes 128 bits of the text of a row, in two halves that it can sum up.
 *
 * <p>Not of a row's values themselves: {@code hash_record_extended} hashes the 64 bits of a
 * timestamp or a bigint by 32 of them, the same 32 for every seed, so that some changes could never
 * be seen; and it adds up the hashes of columns, so that a value moved from one row to another
 * leaves the sum as it was.
 */
public enum RowDigest {

  /**
   * The hash that PostgreSQL partitions by, with two seeds. It is several times as fast as MD5 but
   * promised nowhere, so that servers are asked whether they agree on it.
   */
  HASH {
    @Override
    public String prepared(String text) {
      return text;
    }

    @Override
    public List<String> halves(String prepared) {
      return List.of(half(prepared, 1), half(prepared, 2));
    }

    private static String half(String text, int seed) {
      return "hashtextextended(" + text + " COLLATE \"C\", " + seed + ")";
    }
  },

  /** The same on every server, whatever its version, processor and encoding. */
  MD5 {
    @Override
    public String prepared(String text) {
      return "md5(convert_to(" + text + ", 'UTF8'))";
    }

    @Override
    public List<String> halves(String prepared) {
      return List.of(half(prepared, 1), half(prepared, 17));
    }

    private static String half(String md5, int from) {
      return "('x' || substr(" + md5 + ", " + from + ", 16))::bit(64)::bigint";
    }
  };

  /** The encoding, and the digests of texts of all lengths that the hash treats apart. */
  private static final String PROBE =
      "SELECT current_setting('server_encoding') || string_agg("
          + HASH.halves("left('abcdefghijklmnopqrstuvwxyz0123456789', n)").stream()
              .map(half -> half + "::text")
              .collect(Collectors.joining(" || "))
          + ", ',' ORDER BY n) FROM generate_series(0, 36) n";

  /** The fastest that two servers agree on. */
  public static RowDigest agreed(Connection one, Connection other) throws SQLException {
    return probe(one).equals(probe(other)) ? HASH : MD5;
  }

  private static String probe(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet probe = statement.executeQuery(PROBE)) {
      probe.next();
      return probe.getString(1);
    }
  }

  /** What to make of a text once, before its halves are taken. */
  public abstract String prepared(String text);

  /** The two halves, each a bigint, of what was prepared. */
  public abstract List<String> halves(String prepared);
}
