// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.UnitRecord.Figures;
import dev.millrace.ledger.UnitRecord.State;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UnitLedgerTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private final ConnectionSpec target = ConnectionSpec.of(postgres.jdbcUrl());

  @AfterEach
  void forget() throws SQLException {
    postgres.execute("DROP SCHEMA IF EXISTS millrace CASCADE");
  }

  @Test
  void list_shouldBeEmpty_whenThereIsNoLedger() throws SQLException {
    assertThat(UnitLedger.list(target, "air")).isEmpty();
  }

  @Test
  void unit_shouldKeepItsAttemptsAndWhyItFailed() throws SQLException {
    try (UnitLedger ledger = UnitLedger.open(target, "air", "run-1")) {
      ledger.plan("silver", List.of("2013-03", "2013-04"));
      assertThat(ledger.begin("silver", "2013-03")).isEqualTo(1);
      ledger.end("silver", "2013-03", State.FAILED, "the disk is full");
      assertThat(ledger.begin("silver", "2013-03")).isEqualTo(2);
      assertThat(only("2013-03").state()).isEqualTo(State.RUNNING);
      ledger.done("silver", "2013-03", new Figures(30, 20, 10, 1.5));
    }

    UnitRecord done = only("2013-03");
    assertThat(done.state()).isEqualTo(State.DONE);
    assertThat(done.attempts()).isEqualTo(2);
    assertThat(done.reason()).isEmpty();
    assertThat(done.run()).isEqualTo("run-1");
    assertThat(done.figures()).isEqualTo(new Figures(30, 20, 10, 1.5));
    assertThat(done.endedAt()).isAfterOrEqualTo(done.begunAt());
    assertThat(only("2013-04").state()).isEqualTo(State.PLANNED);
    assertThat(only("2013-04").begunAt()).isNull();
  }

  @Test
  void plan_shouldSayThatARunDied_andCountAnewWhatWasDone() throws SQLException {
    try (UnitLedger ledger = UnitLedger.open(target, "air", "run-1")) {
      ledger.plan("gold", List.of("a", "b", "c"));
      ledger.begin("gold", "a");
      ledger.begin("gold", "b");
      ledger.done("gold", "b", Figures.ZERO);
      ledger.end("gold", "c", State.SKIPPED, "");
    }
    try (UnitLedger ledger = UnitLedger.open(target, "air", "run-2")) {
      ledger.plan("gold", List.of("a", "b"));

      assertThat(only("a").reason()).isEqualTo("run run-1 died");
      assertThat(ledger.begin("gold", "a")).isEqualTo(2);
      assertThat(only("b").reason()).isEmpty();
      assertThat(ledger.begin("gold", "b")).isEqualTo(1);
      assertThat(only("c").state().isDone()).isTrue();
    }
  }

  @Test
  void begin_shouldHoldTheJobAgain_whenItsSessionIsGone() throws SQLException {
    try (UnitLedger ledger = UnitLedger.open(target, "air", "run-1")) {
      ledger.plan("silver", List.of("x"));
      endHolder();
      assertThat(ledger.begin("silver", "x")).isEqualTo(1);
      assertThatThrownBy(() -> UnitLedger.open(target, "air", "run-2"))
          .isInstanceOf(JobActiveException.class);

      endHolder();
      try (UnitLedger second = UnitLedger.open(target, "air", "run-2")) {
        second.plan("silver", List.of("x"));
        assertThatThrownBy(() -> ledger.begin("silver", "x"))
            .isInstanceOf(JobActiveException.class)
            .hasMessageContaining("Cannot run job air");
      }
    }
  }

  private static void endHolder() throws SQLException {
    postgres.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'");
  }

  @Test
  void open_shouldRefuseASecondRun() throws SQLException {
    try (UnitLedger ledger = UnitLedger.open(target, "air", "run-1")) {
      ledger.plan("silver", List.of("x"));
      assertThatThrownBy(() -> UnitLedger.open(target, "air", "run-2"))
          .isInstanceOf(JobActiveException.class)
          .hasMessageContaining("Cannot run job air");
      UnitLedger.open(target, "water", "run-3").close();
    }
    UnitLedger.open(target, "air", "run-2").close();
  }

  @Test
  void begin_shouldRefuseWhatWasNotPlanned() throws SQLException {
    try (UnitLedger ledger = UnitLedger.open(target, "air", "run-1")) {
      assertThatThrownBy(() -> ledger.begin("silver", "2013-03"))
          .hasMessage("Cannot begin silver 2013-03: it was not planned");
    }
  }

  private UnitRecord only(String part) throws SQLException {
    return UnitLedger.list(target, "air").stream()
        .filter(unit -> unit.part().equals(part))
        .findFirst()
        .orElseThrow();
  }
}
