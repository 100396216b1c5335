// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static dev.millrace.horizon.HorizonOnPostgresTest.horizon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers are drawn in one order and committed in another. */
class NumberCursorTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final HorizonRules EXACT = HorizonRules.DEFAULT.withGuard(Duration.ZERO);

  private Connection asking;

  @BeforeEach
  void createTable() throws SQLException {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS t CASCADE",
        "DROP SEQUENCE IF EXISTS other CASCADE",
        "CREATE TABLE t (id bigserial PRIMARY KEY, n int, always int GENERATED ALWAYS AS IDENTITY)");
    asking = POSTGRES.connection();
  }

  @AfterEach
  void close() throws SQLException {
    asking.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "always"})
  void look_shouldLeaveOpenWhatAnOpenTransactionDrew(String column) throws SQLException {
    Horizon horizon = horizon(asking, "t", column, EXACT);
    Look empty = horizon.look(asking, "");
    assertThat(empty.high()).isNull();
    try (Connection writer = POSTGRES.connection();
        Statement statement = writer.createStatement()) {
      statement.execute("INSERT INTO t DEFAULT VALUES");
      writer.setAutoCommit(false);
      statement.execute("INSERT INTO t DEFAULT VALUES");
      // Drawn later and committed first: a bookmark of the greatest number would lose the second.
      POSTGRES.execute("INSERT INTO t DEFAULT VALUES");

      Look held = horizon.look(asking, empty.memory());
      assertThat(held.high()).isEqualTo("1");
      Look still = horizon.look(asking, held.memory());
      assertThat(still.high()).isEqualTo("1");
      assertThat(still.holders()).hasSize(1);
      assertThat(still.lag()).isNull();

      writer.commit();
      Look free = horizon.look(asking, still.memory());
      assertThat(free.high()).isEqualTo("4");
      assertThat(horizon.look(asking, free.memory()).high()).isEqualTo("4");
    }
  }

  @Test
  void look_shouldCloseWhatWasDrawnBeforeTheOldest() throws SQLException {
    Horizon horizon = horizon(asking, "t", "id", EXACT);
    POSTGRES.execute("INSERT INTO t DEFAULT VALUES", "INSERT INTO t DEFAULT VALUES");
    Look first = horizon.look(asking, "");
    try (Connection late = POSTGRES.connection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("INSERT INTO t DEFAULT VALUES");
      assertThat(horizon.look(asking, first.memory()).high()).isEqualTo("3");
      late.rollback();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "CACHE 20; hands each session 20 numbers at once, which it may use at any later time",
        "INCREMENT BY 50; counts by 50, as it does for applications that number rows by themselves",
        "CYCLE; begins again at its end"
      })
  void of_shouldRefuseNumbersThatComeOutOfOrder(String option, String why) throws SQLException {
    POSTGRES.execute("ALTER SEQUENCE t_id_seq " + option);
    assertThatThrownBy(() -> horizon(asking, "t", "id", EXACT))
        .isInstanceOf(HorizonException.class)
        .hasMessageStartingWith("Cannot close windows of public.t by column id: sequence public.")
        .hasMessageContaining(why)
        .hasMessageContaining("; or read an overlap again with --overlap");
  }

  @Test
  void look_shouldWaitForTheOverlap_whereNumbersComeOutOfOrder() throws SQLException {
    POSTGRES.execute("ALTER SEQUENCE t_id_seq CACHE 20", "INSERT INTO t DEFAULT VALUES");
    Horizon waiting = horizon(asking, "t", "id", EXACT.withOverlap(Duration.ofHours(1)));
    assertThat(waiting.doubts().get(0)).startsWith("Rows may be lost: sequence public.t_id_seq");
    Look look = waiting.look(asking, "");
    assertThat(waiting.look(asking, look.memory()).high()).isNull();

    Horizon losing = horizon(asking, "t", "id", EXACT.withAcceptLoss(true));
    assertThat(losing.look(asking, look.memory()).high()).isEqualTo("21");
  }

  @Test
  void look_shouldRefuseASequenceThatWasAlteredSince() throws SQLException {
    Horizon horizon = horizon(asking, "t", "id", EXACT);
    POSTGRES.execute("INSERT INTO t DEFAULT VALUES", "INSERT INTO t DEFAULT VALUES");
    String memory = horizon.look(asking, "").memory();
    POSTGRES.execute("ALTER SEQUENCE t_id_seq CACHE 2");
    assertThatThrownBy(() -> horizon.look(asking, memory))
        .isInstanceOf(HorizonException.class)
        .hasMessageContaining("it was altered");
    POSTGRES.execute("ALTER SEQUENCE t_id_seq CACHE 1 RESTART");
    assertThatThrownBy(() -> horizon.look(asking, memory))
        .isInstanceOf(HorizonException.class)
        .hasMessageContaining("the numbers went back from 2 to 0");
  }

  @Test
  void of_shouldRefuseNumbersWithoutASequence() throws SQLException {
    assertThatThrownBy(() -> horizon(asking, "t", "n", EXACT))
        .isInstanceOf(HorizonException.class)
        .hasMessageContaining("by column n: no sequence numbers it");
    POSTGRES.execute("INSERT INTO t (n) VALUES (7)");
    Horizon losing = horizon(asking, "t", "n", EXACT.withAcceptLoss(true));
    Look look = losing.look(asking, "");
    assertThat(losing.look(asking, look.memory()).high()).isEqualTo("8");
  }

  @Test
  void of_shouldTakeASequenceThatADefaultNames_andRefuseTwo() throws SQLException {
    POSTGRES.execute(
        "CREATE SEQUENCE other",
        "ALTER TABLE t ALTER n SET DEFAULT nextval('other')",
        "CREATE TABLE child () INHERITS (t)");
    assertThat(horizon(asking, "t", "n", EXACT).doubts()).hasSize(2);
    POSTGRES.execute(
        "CREATE SEQUENCE more OWNED BY child.n",
        "ALTER TABLE child ALTER n SET DEFAULT nextval('more')");
    assertThatThrownBy(() -> horizon(asking, "t", "n", EXACT))
        .hasMessageContaining("several sequences number it: public.more, public.other");
    POSTGRES.execute("DROP TABLE child", "ALTER TABLE t ALTER n SET DEFAULT nextval('other') * 10");
    assertThatThrownBy(() -> horizon(asking, "t", "n", EXACT))
        .hasMessageContaining("its default makes something else of the numbers of sequence public");
  }

  @Test
  void of_shouldAskForThePrivilegeItNeeds() throws SQLException {
    POSTGRES.execute(
        "DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN", "GRANT SELECT ON t TO clerk");
    try (Connection clerk = ConnectionSpec.of(POSTGRES.jdbcUrl()).withUser("clerk").connect("t")) {
      assertThatThrownBy(() -> horizon(clerk, "t", "id", EXACT))
          .isInstanceOf(HorizonException.class)
          .hasMessage(
              "Cannot close windows of public.t by column id: clerk may not read sequence"
                  + " public.t_id_seq; let its owner run: GRANT SELECT ON SEQUENCE public.t_id_seq"
                  + " TO clerk");
    }
    POSTGRES.execute("DROP OWNED BY clerk", "DROP ROLE clerk");
  }

  @Test
  void doubts_shouldTellOfNumbersThatWritersChoose() throws SQLException {
    POSTGRES.execute("INSERT INTO t (id) VALUES (1000)");
    assertThat(horizon(asking, "t", "id", EXACT).doubts())
        .containsExactly(
            "An update leaves id as it is: only new rows are read",
            "A row with a id that its writer chose, or drew in an earlier transaction, may be lost",
            "There are rows up to id = 1000, and sequence public.t_id_seq is at 0: those above wait"
                + " until it gets there");
    assertThat(horizon(asking, "t", "always", EXACT).doubts())
        .containsExactly("An update leaves always as it is: only new rows are read");
  }
}
