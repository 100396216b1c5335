// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a {@link ColumnBuilder} refuses rather than changes. */
class ColumnBuilderTest {

  static Stream<Arguments> misfits() {
    return Stream.of(
        arguments(BlockType.INT64, 1, "1 of Integer (must fit INT64)"),
        arguments(BlockType.TEXT, 7, "7 of Integer (must be a String without NUL and unpaired"),
        arguments(BlockType.decimal(4, 2), new BigDecimal("100.00"), "(must fit DECIMAL(4,2))"),
        arguments(BlockType.decimal(4, 2), new BigDecimal("0.001"), "(must fit DECIMAL(4,2))"),
        arguments(BlockType.decimal(2, 2), new BigDecimal("-1"), "(must fit DECIMAL(2,2))"),
        arguments(
            BlockType.decimal(76, 0), new BigDecimal("1E+2000000000"), "(must fit DECIMAL(76,0))"),
        arguments(BlockType.NUMERIC, new BigDecimal("1E+2000000000"), "(must fit NUMERIC)"),
        arguments(BlockType.NUMERIC, new BigDecimal("1E-16384"), "(must fit NUMERIC)"),
        arguments(BlockType.DATE, LocalDate.MAX, "(must fit DATE)"),
        arguments(BlockType.DATE, LocalDate.ofEpochDay(Integer.MAX_VALUE), "(must fit DATE)"),
        arguments(BlockType.DATE, LocalDate.ofEpochDay(Integer.MIN_VALUE), "(must fit DATE)"),
        arguments(BlockType.TIME, LocalTime.of(1, 2, 3, 1), "(must fit TIME, in whole micro"),
        arguments(BlockType.TIMESTAMP, LocalDateTime.MAX, "(must fit TIMESTAMP, in whole micro"),
        arguments(
            BlockType.TIMESTAMP,
            LocalDateTime.of(2024, 2, 29, 1, 2, 3, 999),
            "2024-02-29T01:02:03.000000999 of LocalDateTime (must fit TIMESTAMP, in whole micro"),
        arguments(BlockType.TIMESTAMPTZ, Instant.ofEpochSecond(0, 1), "(must fit TIMESTAMPTZ"),
        arguments(BlockType.TIMESTAMPTZ, instant(Long.MAX_VALUE), "(must fit TIMESTAMPTZ"),
        arguments(BlockType.TIMESTAMPTZ, instant(Long.MIN_VALUE), "(must fit TIMESTAMPTZ"),
        arguments(BlockType.TEXT, "a\0b", "(must be a String without NUL and unpaired surrogates)"),
        arguments(BlockType.TEXT, "a\uD83D", "(must be a String without NUL and unpaired"),
        arguments(BlockType.TEXT, "\uDE00b", "(must be a String without NUL and unpaired"),
        arguments(BlockType.JSON, "\"\uDE00\uD83D\"", "(must be a String without NUL and"));
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void append_shouldRefuse_whenTheValueWouldChange(BlockType type, Object value, String reason) {
    ColumnBuilder builder = builder(type);
    builder.appendNull();

    assertThatThrownBy(() -> builder.append(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid value of column c: ")
        .hasMessageContaining(reason);
    assertThat(builder.rows()).isEqualTo(1);
    assertThat(BlockFixtures.take(builder).value(0)).isNull();
  }

  @Test
  void append_shouldShowOnlyTheBeginningOfALongValue() {
    assertThatThrownBy(() -> builder(BlockType.TEXT).append("x".repeat(5_000) + "\0"))
        .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(250));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {BlockType.Kind.WRAPPED_END, -62_135_596_800_000_001L, -1, Long.MAX_VALUE - 1})
  void append_shouldTakeEveryMicrosecondOfALong(long micros) {
    ColumnBuilder builder = builder(BlockType.TIMESTAMP);

    builder.append(LocalDateTime.ofInstant(instant(micros), ZoneOffset.UTC));

    assertThat(BlockFixtures.take(builder).getLong(0)).isEqualTo(micros);
  }

  @ParameterizedTest
  @CsvSource({"9,2", "18,16", "18,18", "38,10", "76,0"})
  void appendNaN_shouldBeNoNumber(int precision, int scale) {
    ColumnBuilder builder = builder(BlockType.decimal(precision, scale));
    String most = "-" + "9".repeat(precision) + "e-" + scale;

    builder.append(new BigDecimal(most));
    builder.appendNaN();

    BlockColumn column = BlockFixtures.take(builder);
    assertThat(column.isNaN(0)).isFalse();
    assertThat(column.isNaN(1)).isTrue();
    assertThatThrownBy(() -> column.value(1)).hasMessage("NaN has no decimal");
  }

  @Test
  void appendDecimal_shouldTakeAZeroOfAnyExponent() {
    ColumnBuilder builder = builder(BlockType.decimal(3, 2));

    builder.appendDecimal(new BigDecimal("0E+2000000000"));

    assertThat(BlockFixtures.take(builder).getDecimal(0)).isEqualTo("0.00");
  }

  @Test
  void appendBytes_shouldRefuse_whenAColumnWouldExceedAnArray() {
    ColumnBuilder builder = builder(BlockType.BYTES);
    builder.append(new byte[] {1});

    assertThatThrownBy(() -> builder.appendBytes(new byte[0], 0, Integer.MAX_VALUE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot hold 2147483648 bytes of column c in a block: an array has at most 2147483639");
    assertThat(BlockFixtures.take(builder).value(0)).isEqualTo(new byte[] {1});
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  private static ColumnBuilder builder(BlockType type) {
    return new ColumnBuilder(Column.of("c", type));
  }
}
