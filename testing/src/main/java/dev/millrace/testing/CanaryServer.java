// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server with a table {@code canary} that nobody has a reason to touch, and a log of every
 * statement that it was told.
 */
public final class CanaryServer implements AutoCloseable {

  private static final String CANARY = "canary";
  private static final String KEEPER = "keeper of the canary";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As in {@code statement: SELECT 1} and {@code execute S_1/C_2: SELECT 1}. */
  private static final Pattern TOLD =
      Pattern.compile("(?:statement|execute [^:]*): (.*)", Pattern.DOTALL);

  private static final String CHECKSUM =
      "SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM canary c";

  private final LocalPostgres server;
  private final String checksum;

  private CanaryServer(LocalPostgres server) throws SQLException {
    this.server = server;
    try (Connection connection = keeper();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE canary AS SELECT i AS id, i AS v FROM generate_series(1, 1000) i");
      this.checksum = checksum(statement);
    }
  }

  /** Starts a server with the canary in its database {@code postgres}. */
  public static CanaryServer start() throws IOException, SQLException {
    return new CanaryServer(
        LocalPostgres.start(
            LocalPostgres.Settings.fast()
                .with("logging_collector", "on")
                .with("log_destination", "jsonlog")
                .with("log_filename", "statements.log")
                .with("log_rotation_size", "0")
                .with("log_rotation_age", "0")
                .with("log_statement", "all")));
  }

  /** The address of the canary's database, user included. */
  public String jdbcUrl() {
    return server.jdbcUrl();
  }

  private Connection keeper() throws SQLException {
    return DriverManager.getConnection(
        server.jdbcUrl() + "&ApplicationName=" + KEEPER.replace(" ", "%20"));
  }

  private static String checksum(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(CHECKSUM)) {
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Checks that the canary is as it was, and that no statement named it outside of quotes.
   *
   * @return how many statements others sent
   * @throws AssertionError when it is not so
   */
  public long requireUntouched() throws IOException, SQLException, InterruptedException {
    String mark = UUID.randomUUID().toString();
    try (Connection connection = keeper();
        Statement statement = connection.createStatement()) {
      if (!checksum(statement).equals(checksum)) {
        throw new AssertionError("the canary has changed");
      }
      statement.execute("SELECT '" + mark + "'");
    }
    Instant deadline = Instant.now().plus(PATIENCE);
    Path log = server.dataDirectory().resolve("log").resolve("statements.json");
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      for (long statements = 0; ; ) {
        String line = lines.readLine();
        if (line == null) {
          if (Instant.now().isAfter(deadline)) {
            throw new AssertionError("the server's log does not come to its end");
          }
          // The server's logger is a process of its own, and behind.
          Thread.sleep(20);
        } else if (line.contains(mark)) {
          return statements;
        } else {
          statements += look(JSON.readTree(line)) ? 1 : 0;
        }
      }
    }
  }

  /** Whether an entry of the log is a statement of another than the keeper. */
  private static boolean look(JsonNode entry) {
    Matcher told = TOLD.matcher(entry.path("message").asText());
    if (KEEPER.equals(entry.path("application_name").asText()) || !told.matches()) {
      return false;
    }
    if (Quoted.leftOut(told.group(1)).contains(CANARY)) {
      throw new AssertionError("the canary was named outside of quotes: " + told.group(1));
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
