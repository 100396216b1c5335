// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecountTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String START = "2026-01-01 00:00:00+00";

  @BeforeEach
  void createTable() throws SQLException {
    create("CREATE TABLE item (id int PRIMARY KEY, at timestamptz, name text)");
  }

  private static void create(String table) throws SQLException {
    POSTGRES.execute("DROP TABLE IF EXISTS item CASCADE", table);
  }

  private static Optional<Recount> recount(String table, String column, String where)
      throws SQLException {
    try (Connection connection = POSTGRES.connection()) {
      return Recount.of(
          TableRead.of(
              Catalog.describe(connection, TableName.parse(table)), List.of(column), where),
          column);
    }
  }

  private static Recount recount() throws SQLException {
    return recount("item", "at", "").orElseThrow();
  }

  private static Recount.Seen see(Recount recount, String complete) throws SQLException {
    try (Connection connection = POSTGRES.connection()) {
      return recount.see(connection, complete).orElseThrow();
    }
  }

  private static Recount.Found since(Recount recount, Recount.Seen seen, String low)
      throws SQLException {
    try (Connection connection = POSTGRES.connection()) {
      return recount.since(connection, seen, low).orElseThrow();
    }
  }

  @Test
  void since_shouldCountWhatIsCommittedLate() throws SQLException {
    try (Connection late = POSTGRES.connection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute(
          "INSERT INTO item SELECT n, now() - interval '30 s' FROM generate_series(1, 7) AS n");
      POSTGRES.execute("INSERT INTO item VALUES (100, now())");

      Recount recount = recount();
      Recount.Seen seen = see(recount, START);
      assertThat(since(recount, seen, START)).isEqualTo(Recount.Found.NOTHING);
      late.commit();
      POSTGRES.execute("INSERT INTO item VALUES (101, clock_timestamp())");

      Recount.Found found = since(recount, seen, START);
      assertThat(found.late()).isEqualTo(7);
      assertThat(found.behind()).isZero();
      assertThat(found.lateness()).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(5));
    }
  }

  @Test
  void since_shouldTellWhatComesWhereAllWasRead() throws SQLException {
    POSTGRES.execute("INSERT INTO item VALUES (1, '2026-01-02Z'), (2, '2026-01-03Z')");
    Recount recount = recount();
    Recount.Seen seen = see(recount, "2026-01-02 12:00:00+00");
    POSTGRES.execute(
        "INSERT INTO item VALUES (3, '2026-01-01 12:00Z'), (4, '2026-01-02 18:00Z'),"
            + " (5, '2026-01-03Z'), (6, '2025-01-01Z')",
        "UPDATE item SET name = 'changed in silence' WHERE id = 1");

    Recount.Found found = since(recount, seen, START);

    assertThat(found.late()).as("rows 1, 3, 4 and 5").isEqualTo(4);
    assertThat(found.behind()).as("rows 1 and 3").isEqualTo(2);
  }

  @Test
  void since_shouldNotCountWhatACursorFinds() throws SQLException {
    POSTGRES.execute(
        "INSERT INTO item SELECT n, timestamptz '2026-01-02Z' FROM generate_series(1, 50) AS n");
    Recount recount = recount();
    Recount.Seen seen = see(recount, "2026-01-02 12:00:00+00");
    POSTGRES.execute(
        "UPDATE item SET at = '2026-02-01Z' WHERE id <= 10",
        "DELETE FROM item WHERE id = 11",
        "VACUUM FREEZE item",
        "VACUUM FULL item");

    assertThat(since(recount, seen, START)).isEqualTo(Recount.Found.NOTHING);
  }

  @Test
  void since_shouldCountOnlyRowsOfTheCondition() throws SQLException {
    POSTGRES.execute("INSERT INTO item VALUES (1, '2026-01-02Z')");
    Recount recount = recount("item", "at", "t.id % 2 = 1 -- the odd ones").orElseThrow();
    Recount.Seen seen = see(recount, START);
    POSTGRES.execute("INSERT INTO item VALUES (2, '2026-01-01Z'), (3, '2026-01-01Z')");

    assertThat(since(recount, seen, START).late()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "int, 5, 9, 3",
    "timestamp, 2026-01-05, 2026-01-09, 2026-01-03",
    "timestamptz(0), 2026-01-05, 2026-01-09, 2026-01-03",
    "date, 2026-01-05, 2026-01-09, 2026-01-03",
    "xid8, 5, 9, 3"
  })
  void since_shouldCountByAnyCursor(String type, String first, String top, String late)
      throws SQLException {
    create("CREATE TABLE item (at %s) PARTITION BY LIST (at)".formatted(type));
    POSTGRES.execute(
        "CREATE TABLE item_1 PARTITION OF item DEFAULT",
        "INSERT INTO item VALUES ('%s'), ('%s'), (NULL)".formatted(first, top));
    Recount recount = recount();
    Recount.Seen seen = see(recount, first);
    POSTGRES.execute("INSERT INTO item VALUES ('%s'), ('%s')".formatted(late, top));

    Recount.Found found = since(recount, seen, late);

    assertThat(found.late()).isEqualTo(2);
    assertThat(found.behind()).isEqualTo(1);
  }

  @Test
  void see_shouldLeaveOutInfinity() throws SQLException {
    POSTGRES.execute("INSERT INTO item VALUES (1, '2026-01-02Z'), (2, 'infinity'), (3, NULL)");

    assertThat(see(recount(), START).top()).isEqualTo("2026-01-02 00:00:00+00");
  }

  @Test
  void see_shouldSeeNothingWhereThereIsNothing() throws SQLException {
    try (Connection connection = POSTGRES.connection()) {
      assertThat(recount().see(connection, START)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void see_shouldLeaveTheConnectionAsItWas(boolean autoCommit) throws SQLException {
    POSTGRES.execute("INSERT INTO item VALUES (1, '2026-01-02Z')");
    try (Connection connection = POSTGRES.connection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(autoCommit);
      recount().see(connection, START);

      assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
      statement.execute("INSERT INTO item VALUES (2, now())");
      connection.setAutoCommit(true);
    }
    assertThat(POSTGRES.value("SELECT count(*) FROM item", Long.class)).isEqualTo(2);
  }

  @Test
  void of_shouldBeNoneForAView() throws SQLException {
    POSTGRES.execute("CREATE VIEW items AS SELECT * FROM item");

    assertThat(recount("items", "at", "")).isEmpty();
  }
}
