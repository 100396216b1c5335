// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static dev.millrace.horizon.HorizonOnPostgresTest.horizon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.dialect.Sql;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prepared transactions do not say when they began; they outlive their session and the server. */
class PreparedTransactionTest {

  private static final HorizonRules EXACT = HorizonRules.DEFAULT.withGuard(Duration.ZERO);

  private static LocalPostgres server;

  private Connection connection;

  @BeforeAll
  static void start() throws IOException {
    server =
        LocalPostgres.start(LocalPostgres.Settings.fast().with("max_prepared_transactions", "10"));
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void createTables() throws SQLException {
    connect();
    execute(
        "DROP TABLE IF EXISTS parted, other CASCADE",
        "CREATE TABLE parted (id int, at timestamptz DEFAULT now()) PARTITION BY RANGE (id)",
        "CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE other (id serial PRIMARY KEY, at timestamptz DEFAULT now())",
        "CREATE VIEW seen AS SELECT id, at FROM other");
  }

  private void connect() throws SQLException {
    connection = DriverManager.getConnection(server.jdbcUrl());
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void execute(String... sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : sql) {
        statement.execute(each);
      }
    }
  }

  private void prepare(String name, String sql) throws SQLException {
    execute("BEGIN", sql, "PREPARE TRANSACTION " + Sql.literal(name));
  }

  private static Instant instant(Look look) {
    return Instant.parse(String.valueOf(look.high()).replace(' ', 'T').replace("+00", "Z"));
  }

  @Test
  void look_shouldStayWhereItWas_whileATransactionThatWroteIsPrepared() throws Exception {
    Horizon horizon = horizon(connection, "parted", "at", EXACT);
    Look before = horizon.look(connection, "");
    prepare("it's", "INSERT INTO part VALUES (1)");

    Look held = horizon.look(connection, before.memory());
    assertThat(held.high()).isEqualTo(before.high());
    assertThat(held.holders()).hasSize(1);
    assertThat(held.holders().get(0).sentence())
        .matches(
            "The transaction 'it''s' of postgres is prepared and not ended for \\d\\.\\d s; run"
                + " COMMIT PREPARED or ROLLBACK PREPARED");

    // The server forgets the virtual transaction, and keeps the locks.
    connection.close();
    server.crash();
    server.restart();
    connect();
    Look still = horizon.look(connection, held.memory());
    assertThat(still.high()).isEqualTo(before.high());

    execute("COMMIT PREPARED 'it''s'");
    assertThat(instant(horizon.look(connection, still.memory()))).isAfter(instant(before));
  }

  @Test
  void look_shouldCloseNothing_whereOneWasPreparedBeforeTheFirst() throws SQLException {
    prepare("old", "INSERT INTO parted VALUES (1)");
    Horizon horizon = horizon(connection, "parted", "at", EXACT);

    Look first = horizon.look(connection, "");
    assertThat(first.high()).isNull();
    assertThat(first.lag()).isNull();
    assertThat(first.holders()).hasSize(1);
    assertThat(first.horizonLag()).isEqualTo(first.holders().get(0).age());
    Look second = horizon.look(connection, first.memory());
    assertThat(second.high()).isNull();

    execute("ROLLBACK PREPARED 'old'");
    Look free = horizon.look(connection, second.memory());
    assertThat(instant(free)).isEqualTo(free.serverTime());
  }

  @Test
  void look_shouldNotStopAtOnesThatDidNotWriteTheTable() throws SQLException {
    prepare("elsewhere", "INSERT INTO other DEFAULT VALUES");
    prepare("reads", "SELECT count(*) FROM parted");
    prepare("locks", "SELECT * FROM parted FOR UPDATE");
    try {
      Look look = horizon(connection, "parted", "at", EXACT).look(connection, "");
      assertThat(instant(look)).isEqualTo(look.serverTime());
      assertThat(look.holders()).isEmpty();
      // What a view shows may be written anywhere.
      assertThat(horizon(connection, "seen", "at", EXACT).look(connection, "").high()).isNull();
    } finally {
      execute("ROLLBACK PREPARED 'elsewhere'", "ROLLBACK PREPARED 'reads'");
      execute("ROLLBACK PREPARED 'locks'");
    }
  }

  @Test
  void look_shouldLeaveNumbersOpen_thatAPreparedTransactionDrew() throws SQLException {
    Horizon horizon = horizon(connection, "other", "id", EXACT);
    execute("INSERT INTO other DEFAULT VALUES");
    Look first = horizon.look(connection, "");
    Look second = horizon.look(connection, first.memory());
    assertThat(second.high()).isEqualTo("2");
    prepare("two", "INSERT INTO other DEFAULT VALUES");
    execute("INSERT INTO other DEFAULT VALUES");
    Look third = horizon.look(connection, second.memory());
    Look fourth = horizon.look(connection, third.memory());
    assertThat(fourth.high()).isEqualTo("2");
    execute("COMMIT PREPARED 'two'");
    Look fifth = horizon.look(connection, fourth.memory());
    assertThat(horizon.look(connection, fifth.memory()).high()).isEqualTo("4");
  }

  @Test
  void look_shouldStopAtItsId() throws SQLException {
    execute("ALTER TABLE other ADD by xid8");
    Horizon horizon = horizon(connection, "other", "by", EXACT);
    execute("BEGIN", "INSERT INTO other (by) VALUES (pg_current_xact_id())");
    String id = value("SELECT pg_current_xact_id()");
    execute("PREPARE TRANSACTION 'id'");

    Look look = horizon.look(connection, "");
    assertThat(look.high()).isEqualTo(id);
    assertThat(look.holders()).hasSize(1);
    assertThat(look.holders().get(0).sentence()).startsWith("The transaction 'id' of postgres");
    execute("ROLLBACK PREPARED 'id'");
    assertThat(Long.parseLong(horizon.look(connection, look.memory()).high()))
        .isGreaterThan(Long.parseLong(id));
  }

  private String value(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void look_shouldRefuseAStandby_exceptByTransactionId() throws Exception {
    execute("ALTER TABLE other ADD by xid8");
    Horizon time = horizon(connection, "other", "at", EXACT);
    Horizon number = horizon(connection, "other", "id", EXACT);
    Horizon id = horizon(connection, "other", "by", EXACT);
    Horizon overlapping =
        horizon(connection, "other", "at", EXACT.withOverlap(Duration.ofMinutes(1)));
    execute("CHECKPOINT");
    connection.close();
    server.crash();
    Files.createFile(server.dataDirectory().resolve("standby.signal"));
    server.restart();
    connect();

    for (Horizon each : List.of(time, number)) {
      assertThatThrownBy(() -> each.look(connection, ""))
          .isInstanceOf(HorizonException.class)
          .hasMessageContaining("this server is a standby, which does not see the transactions");
    }
    assertThat(id.look(connection, "").high()).isNotNull();
    Look overlapped = overlapping.look(connection, "");
    assertThat(instant(overlapped)).isEqualTo(overlapped.serverTime());
    execute("SELECT pg_promote()");
    assertThat(time.look(connection, "").high()).isNotNull();
  }
}
