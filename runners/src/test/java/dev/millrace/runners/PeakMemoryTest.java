// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeakMemoryTest {

  @Test
  void parse_shouldReadTheHighWaterMark() {
    assertThat(PeakMemory.parse("Name:\tjava\nVmHWM:\t  1234 kB\nVmRSS:\t 99 kB\n"))
        .hasValue(1234L * 1024);
  }

  @Test
  void parse_shouldSayNothing_whenTheMarkIsMissing() {
    assertThat(PeakMemory.parse("Name:\tjava\nVmRSS:\t 99 kB\n")).isEmpty();
  }
}
