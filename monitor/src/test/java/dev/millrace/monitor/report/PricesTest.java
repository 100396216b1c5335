// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PricesTest {

  @Test
  void prices_shouldBeRefused_whenTheyAreNone() {
    assertThatThrownBy(() -> new Prices(" ", 1, 1, 1))
        .hasMessage("Invalid currency:   (must be 1 to 12 letters)");
    assertThatThrownBy(() -> new Prices("EUR", -1, 1, 1))
        .hasMessage("Invalid cpu_hour: -1.0 (must be a number, 0 or more)");
    assertThatThrownBy(() -> new Prices("EUR", 1, 1, Double.NaN))
        .hasMessage("Invalid database_hour: NaN (must be a number, 0 or more)");
  }
}
