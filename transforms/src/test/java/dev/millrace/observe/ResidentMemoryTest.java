// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ResidentMemoryTest {

  private static final String STATUS = "Name:\tjava\nVmHWM:\t  1234 kB\nVmRSS:\t 99 kB\n";

  @Test
  void parse_shouldReadAField() {
    assertThat(ResidentMemory.parse(STATUS, "VmHWM:")).hasValue(1234L * 1024);
    assertThat(ResidentMemory.parse(STATUS, "VmRSS:")).hasValue(99L * 1024);
  }

  @Test
  void parse_shouldSayNothing_whenTheFieldIsMissing() {
    assertThat(ResidentMemory.parse("Name:\tjava\nVmRSS:\t 99 kB\n", "VmHWM:")).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void bytes_shouldBeKnownOnLinux() {
    long before = ResidentMemory.bytes().orElseThrow();
    assertThat(before).isGreaterThan(1L << 20);
    assertThat(ResidentMemory.peakBytes().orElseThrow()).isGreaterThanOrEqualTo(before);
  }
}
