// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A server with accounts, and visits to them: how often an account is visited follows Zipf's law
 * with exponent 1, and which accounts those are is a matter of chance.
 */
final class VisitTables implements AutoCloseable {

  static final String VISITS = "visits";
  static final String ACCOUNTS = "accounts";

  private static final long SEED = 20260714;
  private static final int ROWS_OF_A_MESSAGE = 5000;

  private final LocalPostgres server;

  private VisitTables(LocalPostgres server) {
    this.server = server;
  }

  static VisitTables create(long visits, int accounts) throws IOException, SQLException {
    VisitTables tables = new VisitTables(LocalPostgres.start(LocalPostgres.Settings.durable()));
    try (Connection connection = tables.spec().connect("bench")) {
      Sql.execute(
          connection,
          "CREATE TABLE accounts (id bigint, name text NOT NULL, score int NOT NULL)",
          "INSERT INTO accounts SELECT i, 'account ' || md5(i::text), (i::bigint * 7919 % 10007)::int"
              + " FROM generate_series(1, "
              + accounts
              + ") AS i",
          "ALTER TABLE accounts ADD PRIMARY KEY (id)",
          "CREATE TABLE visits (id bigint, account bigint NOT NULL)");
      tables.visit(connection, visits, accounts);
      Sql.execute(
          connection, "ALTER TABLE visits ADD PRIMARY KEY (id)", "VACUUM ANALYZE", "CHECKPOINT");
      return tables;
    } catch (SQLException | RuntimeException failure) {
      tables.close();
      throw failure;
    }
  }

  private void visit(Connection connection, long visits, int accounts) throws SQLException {
    Random random = new Random(SEED);
    double[] reached = new double[accounts];
    double sum = 0;
    for (int rank = 0; rank < accounts; rank++) {
      sum += 1.0 / (rank + 1);
      reached[rank] = sum;
    }
    int[] byRank = shuffled(accounts, random);
    CopyIn copy =
        connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY visits FROM STDIN");
    StringBuilder text = new StringBuilder();
    for (long id = 1; id <= visits; id++) {
      int found = Arrays.binarySearch(reached, random.nextDouble() * sum);
      int rank = Math.min(accounts - 1, found < 0 ? -found - 1 : found);
      text.append(id).append('\t').append(byRank[rank]).append('\n');
      if (id % ROWS_OF_A_MESSAGE == 0 || id == visits) {
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        copy.writeToCopy(bytes, 0, bytes.length);
        text.setLength(0);
      }
    }
    copy.endCopy();
  }

  private static int[] shuffled(int accounts, Random random) {
    int[] ids = new int[accounts];
    Arrays.setAll(ids, i -> i + 1);
    for (int i = accounts - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int id = ids[i];
      ids[i] = ids[other];
      ids[other] = id;
    }
    return ids;
  }

  ConnectionSpec spec() {
    return ConnectionSpec.of(server.jdbcUrl());
  }

  /** How many accounts are visited at all. */
  long visited() throws SQLException {
    return Sql.number(spec(), "SELECT count(DISTINCT account) FROM visits");
  }

  /** What every contender is to find. */
  LookupMain.Sums expected() throws SQLException {
    String from = " FROM visits v JOIN accounts a ON a.id = v.account";
    return new LookupMain.Sums(
        Sql.number(spec(), "SELECT count(*)" + from),
        Sql.number(spec(), "SELECT sum(a.score)" + from),
        Sql.number(spec(), "SELECT sum(length(a.name))" + from));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
