// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectReasonTest {

  @ParameterizedTest
  @CsvSource({
    "23505, unique_violation",
    "23502, not_null_violation",
    "23001, integrity_constraint_violation",
    "22P02, invalid_text_representation",
    "22012, data_exception",
    "44000, with_check_option_violation",
    "54000, program_limit_exceeded",
    "P0001, raise_exception",
    "P0002, other",
    "'', other",
    ", other"
  })
  void reason_shouldBeThatOfTheState(String state, String label) {
    assertThat(RejectReason.ofSqlState(state).label()).isEqualTo(label);
  }

  @Test
  void reasons_shouldBeFew() {
    assertThat(RejectReason.values()).hasSizeLessThanOrEqualTo(16);
  }
}
