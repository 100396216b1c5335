// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "17B, 17",
    "64KiB, 65536",
    "1MiB, 1048576",
    "3 GiB, 3221225472",
    "' 2MiB ', 2097152",
    "9223372036854775807, 9223372036854775807",
    "8589934591GiB, 9223372035781033984"
  })
  void parse_shouldReadAWholeNumberOfAUnit(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(ByteSize.ofBytes(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "1MB", "1mib", "1.5MiB", "-1", "1 MiB 2", "1TiB", "٣MiB"})
  void parse_shouldRefuseAnotherForm(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid size: %s (must be a whole number of B, KiB, MiB or GiB, as in 1MiB)", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "8589934592GiB", "99999999999999999999KiB"})
  void parse_shouldRefuseWhatALongCannotHold(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid size: %s (must be below 8589934592GiB)", text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "1023, 1023B",
    "1024, 1KiB",
    "1536, 1.5KiB",
    "1048576, 1MiB",
    "1048577, 1.0MiB",
    "1610612736, 1.5GiB",
    "9223372036854775807, 8589934592.0GiB"
  })
  void toString_shouldUseTheLargestUnitThatFits(long bytes, String text) {
    assertThat(ByteSize.ofBytes(bytes)).hasToString(text);
  }

  @Property
  void parse_shouldReadWhatToStringWrote_whenWhole(
      @ForAll @LongRange(min = 0, max = 1023) long count) {
    for (ByteSize size :
        new ByteSize[] {
          ByteSize.ofBytes(count), ByteSize.ofKibibytes(count), ByteSize.ofMebibytes(count)
        }) {
      assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
    }
  }

  @Test
  void ofBytes_shouldRefuseANegativeNumber() {
    assertThatThrownBy(() -> ByteSize.ofBytes(-1))
        .hasMessage("Invalid size: -1 bytes (must be 0 or more)");
  }

  @Test
  void compareTo_shouldOrderByBytes() {
    assertThat(ByteSize.ofKibibytes(2)).isGreaterThan(ByteSize.ofBytes(2047));
  }
}
