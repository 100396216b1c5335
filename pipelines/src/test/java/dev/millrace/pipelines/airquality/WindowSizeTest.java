// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.time.LocalDate;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowSizeTest {

  private static final LocalDate FROM = LocalDate.of(2016, 2, 10);

  private static List<String> cut(String size, LocalDate to, SortedMap<LocalDate, Long> rows) {
    return WindowSize.parse(size).cut(FROM, to, rows).stream()
        .map(window -> window.from().toLocalDate() + " " + window.to().toLocalDate())
        .toList();
  }

  @Test
  void cut_shouldEndWithTheCalendar() {
    assertThat(cut("month", LocalDate.of(2016, 4, 3), new TreeMap<>()))
        .containsExactly("2016-02-10 2016-03-01", "2016-03-01 2016-04-01", "2016-04-01 2016-04-03");
    assertThat(cut("week", LocalDate.of(2016, 2, 23), new TreeMap<>()))
        .containsExactly("2016-02-10 2016-02-15", "2016-02-15 2016-02-22", "2016-02-22 2016-02-23");
    assertThat(cut("day", LocalDate.of(2016, 2, 12), new TreeMap<>()))
        .containsExactly("2016-02-10 2016-02-11", "2016-02-11 2016-02-12");
    assertThat(cut("day", FROM, new TreeMap<>())).isEmpty();
  }

  @Test
  void cut_shouldTakeAsManyDaysAsTheRowsAllow() {
    SortedMap<LocalDate, Long> rows = new TreeMap<>();
    rows.put(FROM, 60L);
    rows.put(FROM.plusDays(1), 40L);
    rows.put(FROM.plusDays(2), 1L);
    rows.put(FROM.plusDays(4), 500L);
    rows.put(FROM.plusDays(5), 1L);

    assertThat(cut("100rows", FROM.plusDays(6), rows))
        .containsExactly(
            "2016-02-10 2016-02-12",
            "2016-02-12 2016-02-14",
            "2016-02-14 2016-02-15",
            "2016-02-15 2016-02-16");
  }

  @Test
  void cut_shouldEndWithTheCalendar_andBeforeIfThereAreTooManyRows() {
    SortedMap<LocalDate, Long> rows = new TreeMap<>();
    LocalDate march = LocalDate.of(2016, 3, 1);
    rows.put(FROM.plusDays(3), 100L);
    rows.put(march, 60L);
    rows.put(march.plusDays(7), 40L);
    rows.put(march.plusDays(8), 1L);

    assertThat(cut("month,100rows", LocalDate.of(2016, 4, 3), rows))
        .containsExactly(
            "2016-02-10 2016-03-01",
            "2016-03-01 2016-03-09",
            "2016-03-09 2016-04-01",
            "2016-04-01 2016-04-03");
  }

  @Test
  void times_shouldReachOverMonths_asFarAsRowsAllow() {
    SortedMap<LocalDate, Long> rows = new TreeMap<>();
    LocalDate march = LocalDate.of(2016, 3, 1);
    LocalDate end = LocalDate.of(2016, 4, 3);
    rows.put(FROM, 100L);
    rows.put(march, 60L);
    rows.put(march.plusDays(7), 40L);
    rows.put(march.plusDays(8), 1L);

    assertThat(WindowSize.parse("month,100rows").times(2).cut(FROM, end, rows))
        .extracting(window -> window.to().toLocalDate())
        .containsExactly(march.plusDays(8), end);
    assertThat(WindowSize.parse("week").times(2).cut(FROM, end, rows)).hasSize(1);
  }

  @Test
  void cut_shouldLeaveNoGap() {
    List<HourWindow> windows =
        WindowSize.parse("week").cut(FROM, FROM.plusDays(400), new TreeMap<>());
    for (int i = 1; i < windows.size(); i++) {
      assertThat(windows.get(i).from()).isEqualTo(windows.get(i - 1).to());
    }
    assertThat(windows.get(windows.size() - 1).to()).isEqualTo(FROM.plusDays(400).atStartOfDay());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Month",
        "0rows",
        "12",
        "rows",
        "-5rows",
        "1.5rows",
        "9999999999999rows",
        "month,",
        ",5rows",
        "month5rows",
        "5rows,month",
        "month,week"
      })
  void parse_shouldRefuseWhatIsNoSize(String text) {
    assertThatThrownBy(() -> WindowSize.parse(text))
        .hasMessage(
            "Invalid window: %s (must be day, week, month, a number of rows, as in 500000rows, or"
                + " both, as in month,500000rows)",
            text);
  }
}
