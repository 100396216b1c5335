// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanaryServerTest {

  private static void execute(CanaryServer server, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void requireUntouched_shouldTellWhoSpeaksOfTheCanary_andOnlyWho() throws Exception {
    try (CanaryServer server = CanaryServer.start()) {
      execute(server, "SELECT 'canary' AS \"canary\", E'\\'canary' AS \"a\"\"canary\"");
      try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
          PreparedStatement statement = connection.prepareStatement("SELECT ?::text")) {
        statement.setString(1, "canary");
        statement.execute();
      }
      assertThat(server.requireUntouched()).isGreaterThanOrEqualTo(2);

      execute(server, "SELECT count(*) FROM canary");
      assertThatThrownBy(server::requireUntouched)
          .isInstanceOf(AssertionError.class)
          .hasMessage("the canary was named outside of quotes: SELECT count(*) FROM canary");
    }
  }

  @Test
  void requireUntouched_shouldTellThatTheCanaryChanged() throws Exception {
    try (CanaryServer server = CanaryServer.start()) {
      execute(server, "DO $$ BEGIN EXECUTE 'DELETE FROM can' || 'ary WHERE id = 7'; END $$");

      assertThatThrownBy(server::requireUntouched).hasMessage("the canary has changed");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 'a''b' FROM \"x\"\"y\" z | SELECT @ FROM @ z",
        "SELECT E'a\\'b' x             | SELECT @ x",
        "SELECT 'a\\' x                | SELECT @ x",
        "SELECT $$ ' $$ x, $1          | SELECT @ x, $1",
        "SELECT $a$ $$ ' $a$ x         | SELECT @ x",
        "SELECT 1 -- canary            | SELECT 1 -- canary",
        "SELECT type'x'                | SELECT type@",
      })
  void leftOut_shouldLeaveTheRest(String sql, String rest) {
    assertThat(Quoted.leftOut(sql)).isEqualTo(rest);
  }

  @Test
  void leftOut_shouldRefuseWhatIsNotClosed() {
    assertThatThrownBy(() -> Quoted.leftOut("SELECT 'a")).hasMessageContaining("must close");
    assertThatThrownBy(() -> Quoted.leftOut("SELECT \"a\"\"")).hasMessageContaining("must close");
  }

  @Test
  void names_shouldDiffer_andBeWhatAServerKeeps() {
    assertThat(HostileNames.of(1, 50_000))
        .hasSize(50_000)
        .doesNotHaveDuplicates()
        .allSatisfy(name -> assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1, 63))
        .isEqualTo(HostileNames.of(1, 50_000));
  }
}
