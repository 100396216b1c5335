// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static dev.millrace.horizon.HorizonOnPostgresTest.horizon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EarliestLocalTimeTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @ParameterizedTest
  @CsvSource({
    // Falls back by half an hour at 15:00Z.
    "Australia/Lord_Howe, 2026-04-04T14:29:59.999999Z, 2026-04-05T01:29:59.999999",
    "Australia/Lord_Howe, 2026-04-04T14:50:00Z, 2026-04-05T01:30",
    "Australia/Lord_Howe, 2026-04-04T14:59:59.999999Z, 2026-04-05T01:30",
    "Australia/Lord_Howe, 2026-04-04T15:00:00.000001Z, 2026-04-05T01:30:00.000001",
    // Springs forward by half an hour at 15:30Z.
    "Australia/Lord_Howe, 2026-10-03T15:29:00Z, 2026-10-04T01:59",
    "Australia/Lord_Howe, 2026-10-03T15:30:00Z, 2026-10-04T02:30",
    // Falls back by an hour at 01:00Z; winter is what the rules call daylight saving there.
    "Europe/Dublin, 2026-10-25T00:50:00Z, 2026-10-25T01:00",
    "Europe/Dublin, 2026-10-24T23:50:00Z, 2026-10-25T00:50",
    "Europe/Dublin, 2026-03-29T00:59:00Z, 2026-03-29T00:59",
    // Falls back by an hour at 06:00Z, springs forward at 07:00Z.
    "America/New_York, 2026-11-01T05:59:59.5Z, 2026-11-01T01:00",
    "America/New_York, 2026-11-01T05:00:00Z, 2026-11-01T01:00",
    "America/New_York, 2026-11-01T04:59:00Z, 2026-11-01T00:59",
    "America/New_York, 2026-03-08T06:59:00Z, 2026-03-08T01:59",
    "America/New_York, 2026-03-08T07:00:00Z, 2026-03-08T03:00",
    // A quarter of an hour off, a day lived twice and a day left out.
    "Pacific/Chatham, 2026-04-04T13:59:00Z, 2026-04-05T02:45",
    "Pacific/Kwajalein, 1969-09-30T12:59:00Z, 1969-09-30T01:00",
    "Pacific/Apia, 2011-12-30T09:59:00Z, 2011-12-29T23:59",
    // Fell back at one minute past midnight, at 02:31Z.
    "America/St_Johns, 2010-11-07T02:20:00Z, 2010-11-06T23:00",
    "America/St_Johns, 2010-11-07T01:20:00Z, 2010-11-06T22:50",
    "America/St_Johns, 2010-11-07T03:20:00Z, 2010-11-06T23:50",
    "UTC, 2026-10-25T00:50:00Z, 2026-10-25T00:50",
  })
  void from_shouldBeTheSmallestStillToCome(String zone, Instant instant, LocalDateTime smallest)
      throws SQLException {
    try (Connection connection = POSTGRES.connection()) {
      assertThat(EarliestLocalTime.from(connection, instant, List.of(zone)).smallest())
          .isEqualTo(smallest);
    }
  }

  @Test
  void from_shouldTakeAllZones() throws SQLException {
    try (Connection connection = POSTGRES.connection()) {
      assertThat(
              EarliestLocalTime.from(
                  connection,
                  Instant.parse("2026-06-01T12:00:00Z"),
                  List.of("UTC", "America/New_York", "Asia/Kathmandu")))
          .isEqualTo(
              new EarliestLocalTime(
                  LocalDateTime.parse("2026-06-01T08:00"),
                  LocalDateTime.parse("2026-06-01T17:45")));
    }
  }

  @Test
  void look_shouldBeInTheZonesOfTheWriters() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE t (id int, at timestamp DEFAULT now(), day date DEFAULT CURRENT_DATE,"
            + " utc timestamp DEFAULT (now() AT TIME ZONE 'utc'))");
    HorizonRules rules = HorizonRules.DEFAULT.withZones(List.of("Pacific/Kiritimati"));
    try (Connection connection = POSTGRES.connection()) {
      Horizon at = horizon(connection, "t", "at", rules);
      Look look = at.look(connection, "");
      LocalDateTime there = LocalDateTime.ofInstant(look.serverTime(), ZoneOffset.ofHours(14));
      assertThat(look.high()).isEqualTo(text(there.minusSeconds(1)));
      assertThat(look.lag()).isEqualTo(Duration.ofSeconds(1));
      assertThat(at.doubts()).hasSize(1).first().asString().startsWith("No trigger sets at");

      Look day = horizon(connection, "t", "day", rules).look(connection, "");
      LocalDateTime then =
          LocalDateTime.ofInstant(day.serverTime(), ZoneOffset.ofHours(14)).minusSeconds(1);
      assertThat(day.high()).isEqualTo(then.toLocalDate().toString());

      // The default's own zone counts as well.
      Look utc = horizon(connection, "t", "utc", rules).look(connection, "");
      assertThat(utc.high())
          .isEqualTo(
              text(LocalDateTime.ofInstant(utc.serverTime(), ZoneOffset.UTC).minusSeconds(1)));
      assertThat(utc.lag()).isEqualTo(Duration.ofHours(14).plusSeconds(1));
    }
  }

  private static String text(LocalDateTime time) {
    return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT).format(time);
  }

  @Test
  void of_shouldTakeTheZonesOfTheServer_andSaySo() throws SQLException {
    POSTGRES.execute("CREATE TABLE z (at timestamp DEFAULT now())");
    String database = POSTGRES.value("SELECT current_database()::text", String.class);
    POSTGRES.execute("ALTER DATABASE " + database + " SET timezone = 'America/Caracas'");
    try (Connection connection = POSTGRES.connection()) {
      Horizon horizon = horizon(connection, "z", "at", HorizonRules.DEFAULT);
      assertThat(horizon.doubts())
          .contains(
              "Whoever writes at, which has no time zone, is taken to be in America/Caracas or "
                  + POSTGRES.value("SELECT current_setting('log_timezone')", String.class)
                  + "; name other zones with --zones");
      Look look = horizon.look(connection, "");
      assertThat(look.high())
          .isEqualTo(
              text(
                  LocalDateTime.ofInstant(look.serverTime(), ZoneOffset.ofHours(-4))
                      .minusSeconds(1)));
      assertThatThrownBy(
              () ->
                  horizon(
                      connection,
                      "z",
                      "at",
                      HorizonRules.DEFAULT.withZones(List.of("Europe/Dublino"))))
          .hasMessage(
              "Invalid time zone: Europe/Dublino (must be one the server knows, as in"
                  + " Europe/Dublin)");
    } finally {
      POSTGRES.execute("ALTER DATABASE " + database + " RESET timezone");
    }
  }
}
