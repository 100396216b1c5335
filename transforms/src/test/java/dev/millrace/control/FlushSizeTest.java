// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FlushSizeTest {

  private static final long MIB = 1L << 20;

  @Test
  void took_shouldHalveAfterSlowOnes_downToTheLeast() {
    FlushSize size = new FlushSize(4 * MIB);

    size.took(Duration.ofSeconds(6));
    assertThat(size.bytes()).isEqualTo(2 * MIB);
    for (int i = 0; i < 10; i++) {
      size.took(Duration.ofSeconds(6));
    }
    assertThat(size.bytes()).isEqualTo(FlushSize.LEAST);
  }

  @Test
  void took_shouldGrowAfterQuickOnes_upToTheCap() {
    FlushSize size = new FlushSize(MIB);
    size.took(Duration.ofSeconds(6));

    size.took(Duration.ofMillis(100));
    assertThat(size.bytes()).isEqualTo(MIB / 2 + FlushSize.LEAST);
    size.took(Duration.ofMillis(100));
    size.took(Duration.ofMillis(100));
    assertThat(size.bytes()).isEqualTo(MIB);
  }

  @Test
  void bytes_shouldNotExceedASmallCap() {
    FlushSize size = new FlushSize(1000);
    size.took(Duration.ofMinutes(1));

    assertThat(size.bytes()).isEqualTo(1000);
  }
}
