// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Sql;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hours are counted from the begin of those that have changed, which are 48. */
class RunReachTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final LocalDateTime BEGIN = LocalDateTime.of(2013, 3, 8, 0, 0);
  private static final int HOURS = 48;

  @BeforeEach
  void create() throws SQLException {
    List<Table> tables = Stream.concat(Tables.SILVER.stream(), Tables.GOLD.stream()).toList();
    Tables.create(ConnectionSpec.of(postgres.jdbcUrl()), tables);
    postgres.execute("TRUNCATE silver_hour", "TRUNCATE gold_exceedance_run");
  }

  private static LocalDateTime hour(int hour) {
    return BEGIN.plusHours(hour);
  }

  private static HourWindow hours(int from, int to) {
    return new HourWindow(hour(from), hour(to));
  }

  /**
   * Hours of a station that exceed, from the first to the last, and a calm one before and after.
   */
  private static void silver(String station, int first, int last) throws SQLException {
    postgres.execute(
        """
        INSERT INTO silver_hour (station, hour, aqi)
        SELECT %s, hour, CASE WHEN hour IN ('%s', '%s') THEN 150 ELSE 151 END
        FROM generate_series(timestamp '%2$s', '%3$s', '1 hour') AS hour
        """
            .formatted(Sql.literal(station), hour(first - 1), hour(last + 1)));
  }

  private static void told(String station, int first, int last) throws SQLException {
    postgres.execute(
        "INSERT INTO gold_exceedance_run (station, above, first_hour, last_hour)"
            + " VALUES (%s, 150, '%s', '%s')"
                .formatted(Sql.literal(station), hour(first), hour(last)));
  }

  private static RunReach reach() throws SQLException {
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
      return RunReach.of(connection, hours(0, HOURS), 150);
    }
  }

  private static List<String> touched(RunReach reach) throws SQLException {
    return Stream.of(
            postgres
                .value(
                    "SELECT coalesce(string_agg(station, ' ' ORDER BY station), '')"
                        + " FROM gold_exceedance_run WHERE "
                        + reach.touched(150),
                    String.class)
                .split(" "))
        .toList();
  }

  @Test
  void of_shouldBeTheHours_whenNoRunReachesFurther() throws SQLException {
    silver("within", 3, 40);
    told("within", 2, 40);
    silver("before", -20, -3);
    told("before", -20, -3);

    RunReach reach = reach();

    assertThat(reach.beyond()).isEmpty();
    assertThat(reach.hull()).isEqualTo(hours(0, HOURS));
    assertThat(touched(reach)).containsExactly("within");
  }

  @Test
  void of_shouldReachToTheEndsOfARun_andNotToThoseOfOtherStations() throws SQLException {
    silver("begins before", -5, 3);
    // Each touches what one before it reaches to, and none the hours.
    silver("other", -20, -4);
    told("other", -20, -4);
    silver("another", -40, -19);
    silver("ends after", 47, 60);
    silver("later", 55, 70);
    // Its hours within are calm now, but may not have been.
    silver("ended", -9, -1);
    silver("d'Aosta", -2, 50);

    RunReach reach = reach();

    assertThat(reach.beyond())
        .containsOnlyKeys("begins before", "ends after", "ended", "d'Aosta")
        .containsEntry("begins before", hours(-5, HOURS))
        .containsEntry("ends after", hours(0, 61))
        .containsEntry("ended", hours(-9, HOURS))
        .containsEntry("d'Aosta", hours(-2, 51));
    assertThat(reach.hull()).isEqualTo(hours(-9, 61));
    assertThat(reach.contains("other", hour(-4))).isFalse();
    assertThat(reach.contains("other", hour(0))).isTrue();
    assertThat(reach.contains("begins before", hour(-5))).isTrue();
    assertThat(reach.contains("begins before", hour(-6))).isFalse();
    assertThat(reach.contains("ends after", hour(60))).isTrue();
    assertThat(reach.contains("ends after", hour(61))).isFalse();
  }

  @Test
  void of_shouldReachAsFarAsWhatWasWritten_andAsFarAsThatTouches() throws SQLException {
    told("shrunk", -10, 2);
    silver("shrunk", -3, 2);
    told("moved", -10, 0);
    silver("moved", -15, -8);
    told("longer", 40, 52);
    silver("longer", 40, 60);
    told("d'Aosta", 47, 48);
    told("elsewhere", -12, -8);

    RunReach reach = reach();

    assertThat(reach.beyond())
        .containsOnlyKeys("shrunk", "moved", "longer", "d'Aosta")
        .containsEntry("shrunk", hours(-10, HOURS))
        .containsEntry("moved", hours(-15, HOURS))
        .containsEntry("longer", hours(0, 61))
        .containsEntry("d'Aosta", hours(0, 49));
    assertThat(touched(reach)).containsExactly("d'Aosta", "longer", "moved", "shrunk");
  }

  @Test
  void of_shouldTakeAnHourThatIsMissing_forTheEndOfARun() throws SQLException {
    silver("a", -9, -3);
    postgres.execute("DELETE FROM silver_hour WHERE aqi <= 150");

    assertThat(reach().beyond()).isEmpty();
  }
}
