// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumericTest {

  @Provide
  static Arbitrary<BigDecimal> numerics() {
    return BlockFixtures.numerics();
  }

  /** Of each precision and scale for which {@link Numeric#fitsLong} holds. */
  @Provide
  static Arbitrary<BigDecimal> longs() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 18), Arbitraries.integers().between(0, 16))
        .flatAs((precision, scale) -> BlockFixtures.decimals(Math.max(precision, scale), scale));
  }

  @Property
  void toBigDecimal_shouldReadWhatFromBigDecimalWrote(@ForAll("numerics") BigDecimal value) {
    assertThat(Numeric.toBigDecimal(Numeric.fromBigDecimal(value), 0)).isEqualTo(value);
  }

  @Property(tries = 5_000)
  void toUnscaledLong_shouldAgreeWithBigDecimal(@ForAll("longs") BigDecimal value) {
    long unscaled = value.unscaledValue().longValueExact();

    assertThat(Numeric.toUnscaledLong(Numeric.fromBigDecimal(value), 0, value.scale()))
        .isEqualTo(unscaled);
  }

  @Property(tries = 5_000)
  void putUnscaledLong_shouldWriteTheBytesOfFromBigDecimal(@ForAll("longs") BigDecimal value) {
    byte[] target = new byte[3 + Numeric.HEADER + 12];

    int end =
        Numeric.putUnscaledLong(target, 3, value.unscaledValue().longValueExact(), value.scale());

    assertThat(Arrays.copyOfRange(target, 3, end)).isEqualTo(Numeric.fromBigDecimal(value));
  }

  @Property
  void toUnscaledLong_shouldBeExactOrRefuse(
      @ForAll("numerics") BigDecimal value, @ForAll("scales") int scale) {
    byte[] encoded = Numeric.fromBigDecimal(value);
    BigInteger expected;
    try {
      expected = value.setScale(scale).unscaledValue();
    } catch (ArithmeticException tooManyDecimals) {
      expected = BigInteger.TWO.pow(64);
    }
    if (expected.bitLength() < Long.SIZE) {
      assertThat(Numeric.toUnscaledLong(encoded, 0, scale)).isEqualTo(expected.longValueExact());
    } else {
      assertThatThrownBy(() -> Numeric.toUnscaledLong(encoded, 0, scale))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Provide
  static Arbitrary<Integer> scales() {
    return Arbitraries.integers().between(0, 16);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xC000, 0xD000, 0xF000})
  void toBigDecimal_shouldRefuseWhatIsNotANumber(int sign) {
    byte[] special = BlockFixtures.special(sign);

    assertThatThrownBy(() -> Numeric.toBigDecimal(special, 0))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(sign == 0xC000 ? "NaN has no decimal" : "an infinity has no decimal");
    if (sign == 0xC000) {
      assertThat(Numeric.toUnscaledLong(special, 0, 2)).isEqualTo(Numeric.NAN_UNSCALED);
    } else {
      assertThatThrownBy(() -> Numeric.toUnscaledLong(special, 0, 2))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void toBigDecimal_shouldRefuseAnUnknownSign() {
    assertThatThrownBy(() -> Numeric.toBigDecimal(BlockFixtures.special(0x1234), 0))
        .hasMessage("a numeric has the unknown sign 4660");
  }

  @ParameterizedTest
  @CsvSource({"1E+5, 100000", "-12E+2, -1200", "0E+9, 0"})
  void fromBigDecimal_shouldWriteOutANegativeScale(BigDecimal value, BigDecimal plain) {
    assertThat(Numeric.toBigDecimal(Numeric.fromBigDecimal(value), 0)).isEqualTo(plain);
  }

  @Test
  void fromBigDecimal_shouldTakeTheLargestAndTheFinestNumber() {
    BigDecimal largest = BigDecimal.TEN.pow(131_072).subtract(BigDecimal.ONE);
    BigDecimal finest = BigDecimal.ONE.movePointLeft(16_383);

    assertThat(Numeric.toBigDecimal(Numeric.fromBigDecimal(largest), 0)).isEqualTo(largest);
    assertThat(Numeric.toBigDecimal(Numeric.fromBigDecimal(finest), 0)).isEqualTo(finest);
    assertThat(Numeric.toBigDecimal(Numeric.fromBigDecimal(largest.add(finest)), 0))
        .isEqualTo(largest.add(finest));
  }

  @Test
  void fromBigDecimal_shouldRefuseWhatPostgresqlCannotHold() {
    assertThatThrownBy(() -> Numeric.fromBigDecimal(BigDecimal.TEN.pow(131_072)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("a number has more than 131072 digits before its point");
    assertThatThrownBy(() -> Numeric.fromBigDecimal(BigDecimal.ONE.movePointLeft(16_384)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("a number has more than 16383 decimals");
  }

  @ParameterizedTest
  @CsvSource({"18,16,true", "19,16,false", "18,17,false", "1,0,true"})
  void fitsLong_shouldHoldForAtMost18DigitsAnd16Decimals(int precision, int scale, boolean fits) {
    assertThat(Numeric.fitsLong(BlockType.decimal(precision, scale))).isEqualTo(fits);
  }
}
