// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {

  @ParameterizedTest
  @CsvSource({
    "08000, TRANSIENT",
    "08003, TRANSIENT",
    "08006, TRANSIENT",
    "40001, TRANSIENT",
    "40P01, TRANSIENT",
    "53300, TRANSIENT",
    "55P03, TRANSIENT",
    "57P01, TRANSIENT",
    "57P02, TRANSIENT",
    "57P03, TRANSIENT",
    "28P01, TRANSIENT",
    "22001, DATA",
    "22003, DATA",
    "23502, DATA",
    "23503, DATA",
    "23505, DATA",
    "23514, DATA",
    "44000, DATA",
    "54000, DATA",
    "P0001, DATA",
    "42P01, PERMANENT",
    "42501, PERMANENT",
    "42601, PERMANENT",
    "53100, PERMANENT",
    "57014, PERMANENT",
    "58030, PERMANENT",
    "XX000, PERMANENT",
    "25006, PERMANENT"
  })
  void of_shouldGoByTheSqlState(String state, Fault fault) {
    assertThat(Fault.of(new SQLException("no", state))).isEqualTo(fault);
  }

  @Test
  void of_shouldNotWaitOnceMoreForWhatDidNotAnswer() {
    assertThat(Fault.of(new SQLException("no", "08001", new SocketTimeoutException())))
        .isEqualTo(Fault.PERMANENT);
    assertThat(Fault.of(new SQLException("no", "08001", new ConnectException())))
        .isEqualTo(Fault.TRANSIENT);
    assertThat(Fault.of(new SQLException("Connection attempt timed out.", "08001")))
        .isEqualTo(Fault.PERMANENT);
    SQLException silent = new SQLException("Connection attempt timed out.", "08001");
    assertThat(Fault.of(new SQLException("no answer", "08001", silent))).isEqualTo(Fault.PERMANENT);
    assertThat(Fault.of(new SQLException("no"))).isEqualTo(Fault.PERMANENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"08006", "57P01", "40003"})
  void isInDoubt_shouldBeWhereTheServerDidNotSayNo(String state) {
    assertThat(Fault.isInDoubt(new SQLException("?", state))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "23505", "53100"})
  void isInDoubt_shouldNotBeWhereItDid(String state) {
    assertThat(Fault.isInDoubt(new SQLException("no", state))).isFalse();
  }
}
