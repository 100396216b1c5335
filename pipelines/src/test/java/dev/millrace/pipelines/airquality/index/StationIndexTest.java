// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StationIndexTest {
  private final StationIndex station = new StationIndex();
  private long hour;

  @Test
  void next_shouldKnowNothingFromNothing() {
    HourIndex index = station.next(0, new Concentrations(null, null, null, null, null, null));

    assertThat(index.indices()).isEqualTo(new SubIndices(null, null, null, null, null, null));
    assertThat(index.indices().overall()).isNull();
    assertThat(index.indices().dominant()).isNull();
  }

  @Test
  void next_shouldAverageParticlesFromTheEighteenthHour() {
    HourIndex index = next(17, "35.5", null, null, null, null, null);
    assertThat(index.indices().pm25()).isNull();

    index = next("35.5", null, null, null, null, null);

    assertThat(index.pm25Day()).isEqualByComparingTo("35.5");
    assertThat(index.indices().pm25()).isEqualTo(101);
  }

  @Test
  void next_shouldForgetTheHourBeforeTheTwentyFourthLast() {
    next("999", null, null, null, null, null);
    HourIndex index = next(24, "9", null, null, null, null, null);
    assertThat(index.pm25Day()).isEqualByComparingTo("9");
    assertThat(index.indices().pm25()).isEqualTo(50);
  }

  @Test
  void next_shouldGiveBackTheTenthsOfPpbThatAnInstrumentShowed() {
    HourIndex index = next(null, null, "83.6808", "140.4252", null, "36.6282");

    assertThat(index.so2Ppb()).isEqualByComparingTo("29.3");
    assertThat(index.no2Ppb()).isEqualByComparingTo("68.4");
    assertThat(index.o3Ppm()).isEqualByComparingTo("0.0171");
  }

  @Test
  void next_shouldCutOneDecimalSulfurDioxideLikeAnyOther() {
    // 35.9 ppb: the table knows whole ppb only, and 35 is still good
    HourIndex index = next(null, null, "102.5304", null, null, null);

    assertThat(index.so2Ppb()).isEqualByComparingTo("35.9");
    assertThat(index.indices().so2()).isEqualTo(50);
  }

  @Test
  void next_shouldTakeTheHourOfOzoneWhereItIsHigher() {
    next(7, null, null, null, null, null, "21.42"); // 0.010 ppm
    HourIndex index = next(null, null, null, null, null, "642.6"); // 0.300 ppm

    assertThat(index.o3Ppm8h()).isEqualByComparingTo("0.04625");
    assertThat(index.indices().o3()).isEqualTo(248); // 201 + 99 / 199 * 95 = 248.26
  }

  @Test
  void next_shouldNotRaiseOzoneAbove300FromItsMeanAlone() {
    HourIndex index = next(8, null, null, null, null, null, "599.76"); // 0.280 ppm
    assertThat(index.indices().o3()).isEqualTo(300);
    assertThat(next(null, null, null, null, null, "1071").indices().o3()).isEqualTo(396);
  }

  @Test
  void next_shouldRaiseSulfurDioxideAbove200FromItsDayAlone() {
    HourIndex index = next(17, null, null, "999.6", null, null, null); // 350 ppb
    assertThat(index.indices().so2()).isEqualTo(200);

    index = next(null, null, "999.6", null, null, null);

    assertThat(index.so2PpbDay()).isEqualByComparingTo("350");
    assertThat(index.indices().so2()).isEqualTo(216); // 201 + 99 / 299 * 45 = 215.9
  }

  @Test
  void dominant_shouldBeTheFirstOfEquals() {
    SubIndices indices = new SubIndices(null, 80, 80, 12, 80, 80);

    assertThat(indices.dominant()).isEqualTo(Pollutant.PM10);
    assertThat(indices.overall()).isEqualTo(80);
  }

  @Test
  void pm25AbovePm10_shouldBeUnknownWhereOneIsMissing() {
    assertThat(concentrations("9", "8", null, null, null, null).pm25AbovePm10()).isTrue();
    assertThat(concentrations("9.0", "9", null, null, null, null).pm25AbovePm10()).isFalse();
    assertThat(concentrations("9", null, null, null, null, null).pm25AbovePm10()).isNull();
  }

  /** The same hour several times; the index of the last. */
  private HourIndex next(
      int times,
      @Nullable String pm25,
      @Nullable String pm10,
      @Nullable String so2,
      @Nullable String no2,
      @Nullable String co,
      @Nullable String o3) {
    for (int i = 1; i < times; i++) {
      next(pm25, pm10, so2, no2, co, o3);
    }
    return next(pm25, pm10, so2, no2, co, o3);
  }

  private HourIndex next(
      @Nullable String pm25,
      @Nullable String pm10,
      @Nullable String so2,
      @Nullable String no2,
      @Nullable String co,
      @Nullable String o3) {
    return station.next(hour++, concentrations(pm25, pm10, so2, no2, co, o3));
  }

  private static Concentrations concentrations(
      @Nullable String pm25,
      @Nullable String pm10,
      @Nullable String so2,
      @Nullable String no2,
      @Nullable String co,
      @Nullable String o3) {
    return new Concentrations(
        decimal(pm25), decimal(pm10), decimal(so2), decimal(no2), decimal(co), decimal(o3));
  }

  private static @Nullable BigDecimal decimal(@Nullable String text) {
    return text == null ? null : new BigDecimal(text);
  }
}
