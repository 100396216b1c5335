// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipelines.airquality.index.AqiTable.Range;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AqiTableTest {

  @ParameterizedTest
  @EnumSource
  void ranges_shouldFollowEachOtherWithoutGap(AqiTable table) {
    List<Range> ranges = table.ranges();
    assertThat(ranges).isNotEmpty();
    for (int i = 1; i < ranges.size(); i++) {
      assertThat(ranges.get(i).low()).isEqualTo(ranges.get(i - 1).high() + 1);
      assertThat(ranges.get(i).category().low()).isEqualTo(ranges.get(i - 1).category().high() + 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void index_shouldMapTheEndsOfARangeToTheEndsOfItsCategory(AqiTable table) {
    for (Range range : table.ranges()) {
      assertThat(table.index(BigDecimal.valueOf(range.low(), table.decimals())))
          .hasValue(range.category().low());
      assertThat(table.index(BigDecimal.valueOf(range.high(), table.decimals())))
          .hasValue(range.category().high());
    }
  }

  /** Worked by hand from the formula of 40 CFR Part 58, Appendix G. */
  @ParameterizedTest
  @CsvSource({
    "PM25_24H, 9.05, 50", // cut to 9.0, not rounded to 9.1
    "PM25_24H, 9.1, 51",
    "PM25_24H, 35.4999, 100",
    "PM25_24H, 54.4, 148", // 101 + 49 / 19.9 * 18.9 = 147.54
    "PM25_24H, 100.0, 182", // 151 + 49 / 69.9 * 44.5 = 182.19
    "PM10_24H, 154.99, 100",
    "PM10_24H, 27, 25",
    "O3_8H, 0.0779, 122", // 101 + 49 / 14 * 6
    "O3_1H, 0.125, 101",
    "CO_8H, 8.45, 90", // 51 + 49 / 4.9 * 3.9
    "SO2_1H, 35.9, 50",
    "SO2_1H, 140, 130", // 101 + 49 / 109 * 64 = 129.77
    "SO2_24H, 305, 201",
    "NO2_1H, 77, 76" // 51 + 49 / 46 * 23 = 75.5, half up
  })
  void index_shouldEqualTheFormula(AqiTable table, BigDecimal concentration, int index) {
    assertThat(table.index(concentration)).hasValue(index);
  }

  @Test
  void index_shouldBeRightWhereBinaryDivisionIsNot() {
    int wrongInBinary = 0;
    for (int tenths = 0; tenths <= 3254; tenths++) {
      String written = tenths / 10 + "." + tenths % 10;
      int inTenths = Math.toIntExact((long) (Double.parseDouble(written) / 0.1));
      wrongInBinary += inTenths == tenths ? 0 : 1;
      assertThat(AqiTable.PM25_24H.index(new BigDecimal(written)))
          .as("%s ug/m3", written)
          .isEqualTo(exact(tenths));
    }
    assertThat(wrongInBinary).as("values that show the hazard").isGreaterThan(100);
  }

  /** The same table, written down again in tenths; the index by whole numbers. */
  private static OptionalInt exact(int tenths) {
    int[] low = {0, 91, 355, 555, 1255, 2255};
    int[] high = {90, 354, 554, 1254, 2254, 3254};
    int[] indexLow = {0, 51, 101, 151, 201, 301};
    int[] indexHigh = {50, 100, 150, 200, 300, 500};
    int row = 0;
    while (tenths > high[row]) {
      row++;
    }
    int doubled = 2 * (indexHigh[row] - indexLow[row]) * (tenths - low[row]);
    int width = high[row] - low[row];
    return OptionalInt.of(indexLow[row] + (doubled + width) / (2 * width));
  }

  @ParameterizedTest
  @EnumSource(names = {"PM25_24H", "PM10_24H", "O3_8H", "CO_8H", "SO2_1H", "NO2_1H"})
  void index_shouldBeZeroBelowZero(AqiTable table) {
    assertThat(table.index(new BigDecimal("-4.9"))).hasValue(0);
  }

  @ParameterizedTest
  @CsvSource({"O3_1H, 0.1249", "SO2_24H, 304.9", "O3_1H, -1"})
  void index_shouldBeEmptyBelowATableThatStartsLate(AqiTable table, BigDecimal concentration) {
    assertThat(table.index(concentration)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"O3_8H, 0.201, 300", "O3_8H, 0.9, 300", "SO2_1H, 305, 200", "SO2_1H, 999, 200"})
  void index_shouldStayAtTheTopOfATableThatStopsShort(
      AqiTable table, BigDecimal concentration, int index) {
    assertThat(table.index(concentration)).hasValue(index);
  }

  @ParameterizedTest
  @CsvSource({
    "PM25_24H, 325.5, 500", // 500.2
    "PM25_24H, 425.4, 699", // 301 + 199 / 99.9 * 199.9 = 699.2
    "PM10_24H, 999, 939", // 301 + 199 / 179 * 574 = 939.1
    "CO_8H, 60.4, 600"
  })
  void index_shouldContinueTheSlopeAbove500(AqiTable table, BigDecimal concentration, int index) {
    assertThat(table.index(concentration)).hasValue(index);
  }
}
