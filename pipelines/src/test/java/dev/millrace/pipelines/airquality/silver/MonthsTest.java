// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MonthsTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private final Months months = Months.named(List.of("2014-03", "2014-07"));

  @Test
  void needs_shouldBeginADayBeforeEachMonth() {
    LocalDateTime march = LocalDateTime.of(2014, 3, 1, 0, 0);
    assertThat(months.contains(march)).isTrue();
    assertThat(months.contains(march.minusHours(1))).isFalse();
    assertThat(months.needs(march.minusHours(24))).isTrue();
    assertThat(months.needs(march.minusHours(25))).isFalse();
    assertThat(months.contains(march.plusMonths(1))).isFalse();
    assertThat(months.needs(march.plusMonths(4).minusHours(1))).isTrue();
    assertThat(months.needs(march.plusMonths(1))).isFalse();
    assertThat(Months.daysBefore(YearMonth.of(2016, 3))).containsExactly("2016-02-29");
  }

  @Test
  void sql_shouldFindTheRowsOfTheDays() throws SQLException {
    assertThat(found(months.own())).containsExactly("2014-3-1 0", "2014-03-31 23", "2014-7-9 09");
    assertThat(found(months.needed()))
        .containsExactly("2014-2-28 5", "2014-3-1 0", "2014-03-31 23", "2014-7-9 09");
    assertThat(found(Months.named(List.of("2014-02", "")).own()))
        .containsExactly(
            "2014-2-28 5",
            "2014-2-30 0",
            "2014-3-1 24",
            "0-3-1 0",
            "2014-013-1 0",
            "2014-+3-1 0",
            "2014-NA-1 0",
            "12014-3-1 0",
            "2014-\u0663-1 0",
            "2014-3--1");
    assertThat(found(Months.named(List.of()).needed())).isEmpty();
    assertThat(found(Months.named(List.of("")).needed())).hasSize(8);
  }

  /** The list of what can be written and the expression that tells the day say the same. */
  @Test
  void sql_shouldAgreeWithTheDay() throws SQLException {
    postgres.execute(
        """
        CREATE TABLE written AS
        SELECT year, month, day, hour
        FROM unnest('{0,7,07,007,0007,00007,2014,02014,NULL}'::text[]) year,
          unnest('{0,3,03,003,12,13,x}'::text[]) month,
          unnest('{0,1,01,001,9,10,31,32,NULL}'::text[]) day,
          unnest('{0,00,000,9,09,23,24}'::text[]) hour
        """);
    for (String month : List.of("0007-03", "2014-03", "2014-12")) {
      assertThat(
              postgres.value(
                  "SELECT count(*) FROM written WHERE (%s) <> (left(%s, 7) = '%s')"
                      .formatted(
                          "coalesce(" + Months.named(List.of(month)).own() + ", false)",
                          BronzeDay.SQL,
                          month),
                  Long.class))
          .isZero();
    }
  }

  /** Of rows written as year-month-day hour. */
  private static List<String> found(String condition) throws SQLException {
    return postgres.query(
        """
        SELECT name FROM (VALUES
          (1, '2014-2-28 5', '2014', '2', '28', '5'), (2, '2014-2-30 0', '2014', '2', '30', '0'),
          (3, '2014-3-1 0', '2014', '3', '1', '0'), (4, '2014-3-1 24', '2014', '3', '1', '24'),
          (5, '2014-03-31 23', '2014', '03', '31', '23'), (6, '2014-4-1 0', '2014', '4', '1', '0'),
          (7, '2014-7-9 09', '2014', '7', '9', '09'), (8, '0-3-1 0', '0', '3', '1', '0'),
          (9, '2014-013-1 0', '2014', '013', '1', '0'), (10, '2014-+3-1 0', '2014', '+3', '1', '0'),
          (11, '2014-NA-1 0', '2014', 'NA', '1', '0'), (12, '12014-3-1 0', '12014', '3', '1', '0'),
          (13, '2014-\u0663-1 0', '2014', '\u0663', '1', '0'), (14, '2014-3--1', '2014', '3', NULL, '1')
        ) AS t (id, name, year, month, day, hour) WHERE %s ORDER BY id
        """
            .formatted(condition),
        row -> row.getString(1));
  }
}
