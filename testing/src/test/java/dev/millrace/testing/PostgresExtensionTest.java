// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresExtensionTest {

  @RegisterExtension static final PostgresExtension source = new PostgresExtension();
  @RegisterExtension static final PostgresExtension target = new PostgresExtension();

  record City(int id, String name) {}

  @Test
  void query_shouldReadEveryRow() throws Exception {
    source.execute(
        "create table city (id int, name text)",
        "insert into city values (1, 'Beijing'), (2, 'Berlin')");

    assertThat(
            source.query(
                "select id, name from city order by id",
                row -> new City(row.getInt("id"), row.getString("name"))))
        .containsExactly(new City(1, "Beijing"), new City(2, "Berlin"));
  }

  @Test
  void extensions_shouldHaveDatabasesOfTheirOwnOnOneServer() throws Exception {
    String sourceDatabase = source.value("select current_database()", String.class);

    assertThat(target.value("select current_database()", String.class))
        .isNotEqualTo(sourceDatabase);
    assertThat(target.server()).isSameAs(source.server());
  }

  @Test
  void value_shouldRefuse_whenThereIsNotExactlyOne() {
    assertThatThrownBy(() -> source.value("select generate_series(1, 2)", Integer.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot take one value of [1, 2]: select generate_series(1, 2)");
    assertThatThrownBy(() -> source.value("select null::int", Integer.class))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void jdbcUrl_shouldSayWhatIsMissing_whenNotRegistered() {
    assertThatThrownBy(() -> new PostgresExtension().jdbcUrl())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must be a static field");
  }
}
