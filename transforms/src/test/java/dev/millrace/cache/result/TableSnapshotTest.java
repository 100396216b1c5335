// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TableSnapshotTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final List<String> COLUMNS = List.of("part", "id", "name");

  @AfterEach
  void drop() throws SQLException {
    postgres.execute("DROP TABLE IF EXISTS t");
  }

  @Test
  void byPart_shouldNotDependOnTheOrder() throws SQLException {
    SortedMap<String, Fingerprint> one = parts("('a', 1, 'x'), ('a', 2, NULL), ('b', 1, 'y')");
    SortedMap<String, Fingerprint> other = parts("('b', 1, 'y'), ('a', 2, NULL), ('a', 1, 'x')");

    assertThat(other).isEqualTo(one);
    assertThat(one).containsOnlyKeys("a", "b");
    assertThat(requireNonNull(one.get("a")).rows()).isEqualTo(2);
  }

  @Test
  void byPart_shouldSeeEachChange() throws SQLException {
    Fingerprint one = all("('a', 1, 'x'), ('a', 2, '')");

    assertThat(all("('a', 1, 'x'), ('a', 2, NULL)")).isNotEqualTo(one);
    assertThat(all("('a', 2, 'x'), ('a', 1, '')")).isNotEqualTo(one);
    assertThat(all("('a', 1, 'x')")).isNotEqualTo(one);
    assertThat(all("('a', 1, 'x'), ('a', 2, ''), ('a', 2, '')")).isNotEqualTo(one);
    // What an exclusive or would miss.
    assertThat(all("('a', 1, 'x'), ('a', 1, 'x')"))
        .isNotEqualTo(all("('b', 1, 'x'), ('b', 1, 'x')"));
  }

  @Test
  void plus_shouldBeThatOfAllRows() throws SQLException {
    SortedMap<String, Fingerprint> parts =
        parts("('a', 1, 'x'), ('b', 2, 'y'), (NULL, 3, 'z'), ('b', 4, 'w')");

    assertThat(parts).containsOnlyKeys("", "a", "b");
    assertThat(Fingerprint.sum(parts.values()))
        .isEqualTo(all("('a', 1, 'x'), ('b', 2, 'y'), (NULL, 3, 'z'), ('b', 4, 'w')"));
    Fingerprint b = requireNonNull(parts.get("b"));
    assertThat(Fingerprint.parse(b.toString())).isEqualTo(b);
  }

  @Test
  void whole_shouldNotDependOnTheSession() throws SQLException {
    create("('a', 1, 'x')");
    postgres.execute("ALTER TABLE t ADD COLUMN at timestamptz DEFAULT '2014-03-01 12:00+00'");
    Fingerprint usual = measured("at");
    set("timezone = 'Asia/Tokyo'");
    set("datestyle = 'German'");

    assertThat(measured("at")).isEqualTo(usual);
  }

  private static void set(String setting) throws SQLException {
    String database = postgres.value("SELECT current_database()", String.class);
    postgres.execute("ALTER DATABASE " + database + " SET " + setting);
  }

  @Test
  void byPart_shouldBeOfOneMoment() throws SQLException {
    Fingerprint before = all("('a', 1, 'x')");
    try (TableSnapshot snapshot = TableSnapshot.of(ConnectionSpec.of(postgres.jdbcUrl()))) {
      assertThat(snapshot.whole(COLUMNS, "t")).isEqualTo(before);
      postgres.execute("INSERT INTO t VALUES ('a', 2, 'y')");

      assertThat(snapshot.whole(COLUMNS, "t")).isEqualTo(before);
    }
  }

  @Test
  void whole_shouldBeEmptyOfNoRows() throws SQLException {
    assertThat(all("('a', 1, 'x')").rows()).isEqualTo(1);
    postgres.execute("TRUNCATE t");
    assertThat(measured()).isEqualTo(Fingerprint.EMPTY);
  }

  private static Fingerprint all(String values) throws SQLException {
    create(values);
    return measured();
  }

  private static Fingerprint measured(String... columns) throws SQLException {
    List<String> which = columns.length == 0 ? COLUMNS : List.of(columns);
    try (TableSnapshot snapshot = TableSnapshot.of(ConnectionSpec.of(postgres.jdbcUrl()))) {
      return snapshot.whole(which, "t");
    }
  }

  private static SortedMap<String, Fingerprint> parts(String values) throws SQLException {
    create(values);
    try (TableSnapshot snapshot = TableSnapshot.of(ConnectionSpec.of(postgres.jdbcUrl()))) {
      return snapshot.byPart(COLUMNS, "t", "t.part");
    }
  }

  private static void create(String values) throws SQLException {
    postgres.execute(
        "DROP TABLE IF EXISTS t",
        "CREATE TABLE t (part text, id integer, name text)",
        "INSERT INTO t VALUES " + values);
  }
}
