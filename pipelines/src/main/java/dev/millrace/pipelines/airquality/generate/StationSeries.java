// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.generate;

import dev.millrace.pipelines.airquality.csv.Uci;
import java.time.LocalDateTime;
import java.util.Random;

/**
 * The invented hours of one station, as CSV lines.
 *
 * <p>Medians and spreads follow the real data: log-normal pollutants that drift with the weather,
 * with more smoke in winter and more ozone on summer afternoons. Only the shape is claimed.
 */
final class StationSeries {
  private static final String[] WINDS = {
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW",
    "NNW"
  };

  /** What a computer makes of 0.1 + 0.2 - 0.3, give or take: seven real cells hold it. */
  private static final String LEFTOVER_OF_ZERO = "-2.77555756156289e-17";

  /** In the real data PM2.5 is above PM10 in 21,312 of 411,813 rows that have both. */
  private static final double IMPOSSIBLE = 0.0518;

  /** All six pollutants are missing in 4,969 of 420,768 rows. */
  private static final double OUTAGE = 0.0118;

  private final String station;
  private final long leftoverHour;
  private final Random random;
  private final Cell cell;
  private final Drift stagnation;
  private final Drift dust;
  private final Drift warmth;
  private final Drift depression;
  private final Drift gust;
  private final Gaps outage;
  private final Gaps pm25;
  private final Gaps pm10;
  private final Gaps so2;
  private final Gaps no2;
  private final Gaps co;
  private final Gaps o3;
  private final Gaps weather;
  private final Gaps wind;
  private long number;

  /**
   * @param leftoverHour the line number that holds the leftover of zero, 0 for none
   */
  StationSeries(String station, long seed, long leftoverHour) {
    this.station = station;
    this.leftoverHour = leftoverHour;
    this.random = new Random(seed);
    this.cell = new Cell(random);
    this.stagnation = new Drift(random, 0.97);
    this.dust = new Drift(random, 0.9);
    this.warmth = new Drift(random, 0.97);
    this.depression = new Drift(random, 0.99);
    this.gust = new Drift(random, 0.8);
    this.outage = new Gaps(random, OUTAGE);
    this.pm25 = new Gaps(random, 0.0208 - OUTAGE);
    this.pm10 = new Gaps(random, 0.0153 - OUTAGE);
    this.so2 = new Gaps(random, 0.0214 - OUTAGE);
    this.no2 = new Gaps(random, 0.0288 - OUTAGE);
    this.co = new Gaps(random, 0.0492 - OUTAGE);
    this.o3 = new Gaps(random, 0.0316 - OUTAGE);
    this.weather = new Gaps(random, 0.00095);
    this.wind = new Gaps(random, 0.0043);
  }

  static String header() {
    return '"' + String.join("\",\"", Uci.COLUMNS) + "\"\r\n";
  }

  /** The line of the next hour, with its CR LF. */
  String next(LocalDateTime hour) {
    number++;
    double winter = StrictMath.cos(2 * Math.PI * (hour.getDayOfYear() - 15) / 365.25);
    double noon = -StrictMath.cos(2 * Math.PI * (hour.getHour() - 3) / 24);
    double still = stagnation.next();
    boolean firstYear = hour.getYear() == 2013;
    boolean out = outage.next();

    double fine = between(2, 999, 55 * StrictMath.exp(0.95 * still + 0.1 * winter));
    double coarse = between(2, 999, fine * StrictMath.exp(0.45 + 0.25 * Math.abs(dust.next())));
    if (random.nextDouble() < IMPOSSIBLE) {
      coarse = between(1, 998, fine * (0.6 + 0.35 * random.nextDouble()) - 1);
      fine = Math.max(fine, coarse + 1);
    }
    double sulfur = between(0.5, 500, 7 * StrictMath.exp(0.8 * still + 0.8 * winter));
    double nitrogen = between(1.5, 290, 43 * StrictMath.exp(0.5 * still - 0.2 * noon));
    double carbon = between(100, 10_000, 900 * StrictMath.exp(0.7 * still + 0.25 * winter));
    double ozone =
        between(
            0.5,
            1071,
            45 * StrictMath.exp(0.7 * noon - 0.7 * winter + 0.4 * random.nextGaussian()));
    double warm = 13.5 - 15 * winter + 4.5 * noon + 3 * warmth.next();
    double pressure = 1010.5 + 8.5 * winter - 5 * depression.next();
    double dryness = Math.abs(10 - 4 * still);
    double rain = random.nextDouble() < 0.04 ? -1.5 * StrictMath.log(1 - random.nextDouble()) : 0;
    double speed = between(0, 13.2, 1.4 * StrictMath.exp(0.6 * gust.next() - 0.2 * still));
    boolean unseen = weather.next();

    StringBuilder line = new StringBuilder(96);
    line.append(number).append(',').append(hour.getYear());
    line.append(',').append(hour.getMonthValue()).append(',').append(hour.getDayOfMonth());
    line.append(',').append(hour.getHour());
    add(line, pm25.next() || out, cell.particles(fine));
    add(line, pm10.next() || out, cell.particles(coarse));
    add(line, so2.next() || out, cell.so2(sulfur, firstYear));
    add(line, no2.next() || out, cell.no2(nitrogen, firstYear));
    add(line, co.next() || out, Cell.hundreds(carbon));
    add(line, o3.next() || out, cell.o3(ozone, firstYear));
    add(line, unseen, number == leftoverHour ? LEFTOVER_OF_ZERO : cell.temperature(warm));
    add(line, unseen, cell.pressure(pressure));
    add(line, unseen, Cell.tenths(warm - dryness));
    add(line, unseen, Cell.tenths(rain));
    add(line, wind.next(), '"' + WINDS[random.nextInt(WINDS.length)] + '"');
    add(line, unseen, Cell.tenths(speed));
    return line.append(",\"").append(station).append("\"\r\n").toString();
  }

  private static void add(StringBuilder line, boolean missing, String value) {
    line.append(',').append(missing ? Uci.MISSING : value);
  }

  private static double between(double low, double high, double value) {
    return Math.max(low, Math.min(high, value));
  }
}
