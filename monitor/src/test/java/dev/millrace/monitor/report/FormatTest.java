// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class FormatTest {

  @Test
  void numbers_shouldHaveTheDigitsThatSaySomething() {
    assertThat(Format.count(2_000_000)).isEqualTo("2,000,000");
    assertThat(Format.about(1_234_567)).isEqualTo("1.23 M");
    assertThat(Format.about(0)).isEqualTo("0");
    assertThat(Format.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Format.bytes(1023)).isEqualTo("1,023 B");
    assertThat(Format.digits(0.000602500001, 4)).isEqualTo("0.0006025");
    assertThat(Format.digits(123_456, 2)).isEqualTo("120,000");
    assertThat(Format.digits(Double.NaN, 2)).isEqualTo("–");
    assertThat(Format.share(0.0123)).isEqualTo("1.2 %");
    assertThat(Format.chance(0.00001)).isEqualTo("< 0.0001");
    assertThat(Format.ratio(null, 1.0)).isEqualTo("–");
    assertThat(Format.ratio(1.0, 0.0)).isEqualTo("–");
    assertThat(Format.ratio(3.0, 2.0)).isEqualTo("1.50 ×");
  }

  @Test
  void times_shouldBeReadable() {
    assertThat(Format.duration(0.0123)).isEqualTo("0.0123 s");
    assertThat(Format.duration(59.94)).isEqualTo("59.9 s");
    assertThat(Format.duration(61)).isEqualTo("1 min 1 s");
    assertThat(Format.duration(7260)).isEqualTo("2 h 1 min");
    assertThat(Format.moment(Instant.parse("2026-03-01T12:00:00Z"), ZoneId.of("Europe/Berlin")))
        .isEqualTo("2026-03-01 13:00:00 +01:00");
  }

  @Test
  void byName_shouldKnowTheUnit() {
    assertThat(Format.byName("heap_max_bytes", 1 << 20)).isEqualTo("1 MiB");
    assertThat(Format.byName("cpu_seconds", 90)).isEqualTo("1 min 30 s");
    assertThat(Format.byName("rows", 1_000_000)).isEqualTo("1,000,000");
    assertThat(Format.byName("share", 0.12345)).isEqualTo("0.1235");
  }
}
