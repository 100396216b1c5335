// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class UsageTest {

  @Test
  void cpuSeconds_shouldGrow_whenThisThreadWorks() {
    double before = Usage.cpuSeconds();
    long until = System.nanoTime() + 100_000_000;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }

    assertThat(Usage.cpuSeconds()).isGreaterThan(before);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void peakRssBytes_shouldBeKnownOnLinux() {
    assertThat(Usage.peakRssBytes()).isGreaterThan(1L << 20);
  }
}
