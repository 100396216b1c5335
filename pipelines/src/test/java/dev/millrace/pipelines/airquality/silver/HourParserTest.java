// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HourParserTest {
  private final List<SilverReject> rejects = new ArrayList<>();
  private final HourParser parser = new HourParser(rejects::add);

  @Test
  void parse_shouldKeepEveryDigit() {
    Hour hour =
        requireNonNull(
            parse(
                BronzeFixture.row(7, "Dongsi", "2017-01-26T23:00")
                    .with("TEMP", "-2.77555756156289e-17")
                    .with("PRES", "1015.66666666667")
                    .with("SO2", "0.2856")
                    .build()));

    assertThat(hour.hour()).isEqualTo(LocalDateTime.of(2017, 1, 26, 23, 0));
    assertThat(hour.weather().temperature()).hasToString("-2.77555756156289E-17");
    assertThat(hour.weather().pressure()).hasToString("1015.66666666667");
    assertThat(hour.measured().so2()).hasToString("0.2856");
    assertThat(rejects).isEmpty();
  }

  @Test
  void parse_shouldTakeMissingForNull() {
    Hour hour =
        requireNonNull(
            parse(BronzeFixture.row(7, "Dongsi", "2017-01-26T23:00").with("wd", "NA").build()));

    assertThat(hour.measured().pm25()).isNull();
    assertThat(hour.weather().windDirection()).isNull();
    assertThat(rejects).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "PM2.5, 12x, is no number",
    "O3, '', is no number",
    "CO, NaN, is no number",
    "NO2, 1e5000, has an exponent beyond 1000",
    "wd, NORTH, is no point of the compass"
  })
  void parse_shouldRejectTheValueAndKeepTheRow(String column, String value, String reason) {
    Hour hour =
        parse(BronzeFixture.row(7, "Dongsi", "2017-01-26T23:00").with(column, value).build());

    assertThat(hour).isNotNull();
    assertThat(rejects).containsExactly(new SilverReject("f.csv", 7, column, value, reason, false));
  }

  @ParameterizedTest
  @CsvSource({
    "hour, 24, is not a whole number from 0 to 23",
    "month, 1.0, is not a whole number from 1 to 12",
    "year, , is missing",
    "station, ' ', is missing"
  })
  void parse_shouldRejectARowWithoutPlaceOrTime(String column, String value, String reason) {
    String text = value == null ? "NA" : value;

    Hour hour =
        parse(BronzeFixture.row(7, "Dongsi", "2017-01-26T23:00").with(column, text).build());

    assertThat(hour).isNull();
    assertThat(rejects)
        .containsExactly(
            new SilverReject("f.csv", 7, column, value == null ? "" : value, reason, true));
  }

  @Test
  void parse_shouldRejectADayThatTheMonthDoesNotHave() {
    assertThat(parse(BronzeFixture.row(7, "Dongsi", "2017-02-01T00:00").with("day", "29").build()))
        .isNull();
    assertThat(rejects)
        .containsExactly(new SilverReject("f.csv", 7, "day", "29", "is not in 2017-2", true));
  }

  @Test
  void parse_shouldCutALongValueInItsReject() {
    parse(BronzeFixture.row(7, "Dongsi", "2017-02-01T00:00").with("CO", "9".repeat(5_000)).build());

    assertThat(rejects).hasSize(1);
    assertThat(rejects.get(0).value()).hasSize(1_000).endsWith("9...");
    assertThat(rejects.get(0).reason()).isEqualTo("is longer than 1000 characters");
  }

  private @Nullable Hour parse(BronzeRow row) {
    LocalDateTime hour = parser.hour(row);
    return hour == null ? null : parser.parse(row, hour);
  }
}
