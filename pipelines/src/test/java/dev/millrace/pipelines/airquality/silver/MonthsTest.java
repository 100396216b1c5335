// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MonthsTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @BeforeAll
  static void write() throws SQLException {
    Tables.create(ConnectionSpec.of(postgres.jdbcUrl()), List.of(Tables.BRONZE_MEASUREMENT));
    postgres.execute(
        """
        INSERT INTO bronze_measurement (line, file, year, month, day, hour) VALUES
          (1, '2014-2-28 5', '2014', '2', '28', '5'), (2, '2014-2-30 0', '2014', '2', '30', '0'),
          (3, '2014-3-1 0', '2014', '3', '1', '0'), (4, '2014-3-1 24', '2014', '3', '1', '24'),
          (5, '2014-03-31 23', '2014', '03', '31', '23'), (6, '2014-4-1 0', '2014', '4', '1', '0'),
          (7, '2014-7-9 09', '2014', '7', '9', '09'), (8, '0-3-1 0', '0', '3', '1', '0'),
          (9, '2014-013-1 0', '2014', '013', '1', '0'), (10, '2014-+3-1 0', '2014', '+3', '1', '0'),
          (11, '2014-NA-1 0', '2014', 'NA', '1', '0'), (12, '12014-3-1 0', '12014', '3', '1', '0'),
          (13, '2014-\u0663-1 0', '2014', '\u0663', '1', '0'), (14, '2014-3--1', '2014', '3', NULL, '1'),
          (15, '7-3-1 0', '7', '3', '1', '0'), (16, '0007-03-01 00', '0007', '03', '01', '00')
        """);
  }

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
    assertThat(found(Months.named(List.of("0007-03")).own()))
        .containsExactly("7-3-1 0", "0007-03-01 00");
    assertThat(found(Months.named(List.of()).needed())).isEmpty();
    assertThat(found(Months.named(List.of("")).needed())).hasSize(8);
  }

  /** Of rows written as year-month-day hour. */
  private static List<String> found(String condition) throws SQLException {
    return postgres.query(
        "SELECT file FROM bronze_measurement WHERE " + condition + " ORDER BY line",
        row -> row.getString(1));
  }
}
