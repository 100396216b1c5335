// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

class HourWindowTest {
  private static final LocalDateTime FROM = LocalDateTime.of(2014, 3, 1, 6, 0);
  private static final LocalDateTime TO = LocalDateTime.of(2014, 3, 2, 0, 0);

  private final HourWindow window = new HourWindow(FROM, TO);

  @Test
  void contains_shouldIncludeTheFirstHourAndNotTheLast() {
    assertThat(window.contains(FROM)).isTrue();
    assertThat(window.contains(FROM.minusHours(1))).isFalse();
    assertThat(window.contains(TO)).isFalse();
    assertThat(window.needs(FROM.minusHours(24))).isTrue();
    assertThat(window.needs(FROM.minusHours(25))).isFalse();
    assertThat(window.needs(TO)).isFalse();
  }

  @Test
  void needed_shouldBeginADayEarlier() {
    assertThat(window.needed()).contains(">= '2014-02-28 06'").contains("< '2014-03-02 00'");
    assertThat(window.own()).contains(">= '2014-03-01 06'").contains("< '2014-03-02 00'");
    assertThat(HourWindow.ALL.needed()).isEqualTo("true");
  }

  @Test
  void create_shouldRefuseWhatIsNoWindowOfHours() {
    assertThatThrownBy(() -> new HourWindow(TO, FROM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid window: [2014-03-02T00:00, 2014-03-01T06:00) (must begin before it ends)");
    assertThatThrownBy(() -> new HourWindow(FROM.plusMinutes(1), TO))
        .hasMessageEndingWith("(must be of whole hours)");
  }
}
