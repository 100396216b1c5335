// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static dev.millrace.horizon.HorizonOnPostgresTest.horizon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import dev.millrace.horizon.Xid8Migration.Step;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cursor that assumes nothing, and the SQL that gives it to a table. */
class TransactionIdTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String COLUMN = "Changed by 'me' %s $millrace$";
  private static final String QUOTED = "\"" + COLUMN + "\"";

  private Connection connection;

  @BeforeEach
  void connect() throws SQLException {
    POSTGRES.execute(
        "DROP SCHEMA IF EXISTS \"S 1\" CASCADE",
        "CREATE SCHEMA \"S 1\"",
        "CREATE TABLE \"S 1\".\"T\" (a int, \"B\" text, PRIMARY KEY (a, \"B\"))",
        "INSERT INTO \"S 1\".\"T\" SELECT i, 'x' FROM generate_series(1, 12000) i");
    connection = POSTGRES.connection();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private Table table(String name) throws SQLException {
    return Catalog.describe(connection, TableName.parse(name));
  }

  private void migrate(Xid8Migration migration) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (Step step : migration.steps()) {
        connection.setAutoCommit(!step.atOnce());
        for (String sql : step.statements()) {
          statement.execute(sql);
        }
        if (step.atOnce()) {
          connection.commit();
        }
        connection.setAutoCommit(true);
      }
    }
  }

  private long count(String sql) throws SQLException {
    return POSTGRES.value("SELECT count(*) FROM " + sql, Long.class);
  }

  @Test
  void look_shouldStopAtTheOldestIdThatRuns() throws SQLException {
    migrate(Xid8Migration.of(connection, table("\"S 1\".\"T\""), "by", List.of("a", "B")));
    Horizon horizon = horizon(connection, "\"S 1\".\"T\"", "by", HorizonRules.DEFAULT);
    assertThat(horizon.doubts()).isEmpty();
    try (Connection writer = POSTGRES.connection();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE \"S 1\".\"T\" SET \"B\" = 'y' WHERE a = 1");
      POSTGRES.execute("UPDATE \"S 1\".\"T\" SET \"B\" = 'y' WHERE a = 2");

      Look held = horizon.look(connection, "");
      assertThat(count("\"S 1\".\"T\" WHERE by >= '" + held.high() + "'")).isEqualTo(1);
      assertThat(held.holders()).hasSize(1);
      assertThat(held.holders().get(0).sentence()).contains("UPDATE \"S 1\".\"T\" SET");
      assertThat(held.lag()).isNull();
      assertThat(held.horizonLag()).isEqualTo(held.holders().get(0).age()).isPositive();
      assertThat(held.behind()).isEqualTo(held.horizonLag());

      writer.commit();
      Look free = horizon.look(connection, held.memory());
      assertThat(
              count(
                  "\"S 1\".\"T\" WHERE by >= '" + held.high() + "' AND by < '" + free.high() + "'"))
          .isEqualTo(2);
      assertThat(free.holders()).isEmpty();
      assertThat(free.horizonLag()).isZero();
    }
  }

  @Test
  void look_shouldRefuseAServerWhoseIdsWentBack() throws SQLException {
    migrate(Xid8Migration.of(connection, table("\"S 1\".\"T\""), "by", List.of("a")));
    Horizon horizon = horizon(connection, "\"S 1\".\"T\"", "by", HorizonRules.DEFAULT);
    Look look = horizon.look(connection, "");
    String later = look.memory().replace("\"" + look.high() + "\"", "\"18446744073709551000\"");
    assertThatThrownBy(() -> horizon.look(connection, later))
        .isInstanceOf(HorizonException.class)
        .hasMessage(
            "Cannot close windows of S 1.T by column by: the server's transaction ids went back"
                + " from 18446744073709551000 to "
                + look.high()
                + ", so it is another one, or was restored; copy the table anew");
  }

  @Test
  void of_shouldRefuseIdsOfAnotherServer() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE \"S 1\".moved (id int, by xid8)",
        "CREATE INDEX ON \"S 1\".moved (by)",
        "INSERT INTO \"S 1\".moved VALUES (1, '99999999999')");
    assertThatThrownBy(() -> horizon(connection, "\"S 1\".moved", "by", HorizonRules.DEFAULT))
        .isInstanceOf(HorizonException.class)
        .hasMessageContaining(
            "UPDATE \"S 1\".\"moved\" SET \"by\" = NULL WHERE \"by\" >="
                + " pg_snapshot_xmax(pg_current_snapshot())");
    POSTGRES.execute("DELETE FROM \"S 1\".moved");
    assertThat(horizon(connection, "\"S 1\".moved", "by", HorizonRules.DEFAULT).doubts())
        .containsExactly(
            "No trigger that fires always sets by at every insert and update: a row written"
                + " without it is not read");
  }

  @Test
  void migration_shouldNumberEveryWrite_andBeRepeatable() throws SQLException {
    Table table = table("\"S 1\".\"T\"");
    Xid8Migration migration = Xid8Migration.of(connection, table, COLUMN, List.of("a", "B"));
    migrate(migration);
    long file = POSTGRES.value("SELECT pg_relation_filenode('\"S 1\".\"T\"')", Long.class);
    migrate(Xid8Migration.of(connection, table("\"S 1\".\"T\""), COLUMN, List.of("a", "B")));

    assertThat(POSTGRES.value("SELECT pg_relation_filenode('\"S 1\".\"T\"')", Long.class))
        .isEqualTo(file);
    assertThat(count("\"S 1\".\"T\" WHERE " + QUOTED + " IS NULL")).isZero();
    // In batches, each a transaction.
    assertThat(
            POSTGRES.value("SELECT count(DISTINCT " + QUOTED + ") FROM \"S 1\".\"T\"", Long.class))
        .isEqualTo(3);
    POSTGRES.execute(
        "INSERT INTO \"S 1\".\"T\" VALUES (0, 'x', '1')",
        "SET session_replication_role = replica",
        "UPDATE \"S 1\".\"T\" SET a = -1 WHERE a = 12000");
    assertThat(
            POSTGRES.value(
                "SELECT bool_and("
                    + QUOTED
                    + " > '1') AND count(DISTINCT "
                    + QUOTED
                    + ") = 5"
                    + " FROM \"S 1\".\"T\"",
                Boolean.class))
        .isTrue();
    assertThat(horizon(connection, "\"S 1\".\"T\"", COLUMN, HorizonRules.DEFAULT).doubts())
        .isEmpty();
    assertThat(
            POSTGRES.query(
                "EXPLAIN SELECT * FROM \"S 1\".\"T\" WHERE "
                    + QUOTED
                    + " > '99999999' ORDER BY "
                    + QUOTED
                    + ", a",
                row -> row.getString(1)))
        .anyMatch(line -> line.startsWith("Index"));
    assertThat(migration.script())
        .startsWith("-- 1. The column and its trigger, under a short lock and without a rewrite.\n")
        .contains("BEGIN;\nSET LOCAL lock_timeout = '5s';\nALTER TABLE \"S 1\".\"T\" ADD COLUMN IF")
        .contains("COMMIT;\n-- 2. The index");
  }

  /** A replica's apply worker writes with this role; a plain trigger would not fire. */
  @Test
  void migration_shouldFireForReplicatedChanges() throws SQLException {
    migrate(Xid8Migration.of(connection, table("\"S 1\".\"T\""), "by", List.of("a")));
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET session_replication_role = replica");
      statement.execute("INSERT INTO \"S 1\".\"T\" VALUES (-5, 'x')");
    }
    assertThat(count("\"S 1\".\"T\" WHERE by IS NULL")).isZero();
  }

  @Test
  void migration_shouldReplaceAnIndexThatWasLeftBroken() throws SQLException {
    List<String> key = List.of("a");
    migrate(Xid8Migration.of(connection, table("\"S 1\".\"T\""), "by", key));
    POSTGRES.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"S 1\".\"T_by_idx\"'::regclass");
    migrate(Xid8Migration.of(connection, table("\"S 1\".\"T\""), "by", key));
    assertThat(count("pg_index WHERE NOT indisvalid")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PARTITION", "INHERIT"})
  void migration_shouldReachPartitionsAndChildren(String how) throws SQLException {
    POSTGRES.execute(
        how.equals("PARTITION")
            ? """
            CREATE TABLE "S 1".p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
            CREATE TABLE "S 1".p1 PARTITION OF "S 1".p FOR VALUES FROM (0) TO (10);
            CREATE TABLE "S 1".p2 PARTITION OF "S 1".p FOR VALUES FROM (10) TO (20)
              PARTITION BY RANGE (id);
            CREATE TABLE "S 1".p21 PARTITION OF "S 1".p2 FOR VALUES FROM (10) TO (20)
            """
            : """
            CREATE TABLE "S 1".p (id int PRIMARY KEY, v int);
            CREATE TABLE "S 1".p1 () INHERITS ("S 1".p);
            CREATE TABLE "S 1".p21 () INHERITS ("S 1".p)
            """,
        "INSERT INTO \"S 1\".p1 SELECT i FROM generate_series(0, 9) i",
        "INSERT INTO \"S 1\".p21 SELECT i FROM generate_series(10, 18) i");
    for (int i = 0; i < 2; i++) {
      migrate(Xid8Migration.of(connection, table("\"S 1\".p"), "by", List.of("id")));
    }
    POSTGRES.execute(
        """
        SET session_replication_role = replica;
        INSERT INTO "S 1".p21 VALUES (19)
        """);
    assertThat(count("\"S 1\".p WHERE by IS NULL")).isZero();
    assertThat(count("\"S 1\".p")).isEqualTo(20);
    assertThat(count("pg_index WHERE NOT indisvalid")).isZero();
    assertThat(horizon(connection, "\"S 1\".p", "by", HorizonRules.DEFAULT).doubts()).isEmpty();
  }

  @Test
  void migration_shouldRefuseViewsAndOtherTypes() throws SQLException {
    POSTGRES.execute("CREATE VIEW \"S 1\".v AS SELECT * FROM \"S 1\".\"T\"");
    assertThatThrownBy(() -> Xid8Migration.of(connection, table("\"S 1\".v"), "by", List.of("a")))
        .hasMessage("Cannot add a cursor to S 1.v: S 1.v is no table of this server");
    assertThatThrownBy(
            () -> Xid8Migration.of(connection, table("\"S 1\".\"T\""), "B", List.of("a")))
        .hasMessage("Invalid cursor: B of type text (must be a new column, or of type xid8)");
  }

  @Test
  void cut_shouldKeepNamesApart() {
    String name = "ü".repeat(31);
    assertThat(Member.cut(name)).isEqualTo(name);
    assertThat(Member.cut(name + "aa")).hasSizeLessThan(63).isNotEqualTo(Member.cut(name + "ab"));
  }
}
