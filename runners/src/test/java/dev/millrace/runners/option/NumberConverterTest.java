// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

class NumberConverterTest {

  @ParameterizedTest
  @ValueSource(strings = {"1", "8081", "65535"})
  void convert_shouldTakePorts(String port) throws Exception {
    assertThat(new NumberConverter.Port().convert(port)).hasToString(port);
    assertThat(new NumberConverter.PortOrAnyFree().convert(port)).hasToString(port);
  }

  @Test
  void convert_shouldTakeZero_whereAnyFreePortWillDo() throws Exception {
    assertThat(new NumberConverter.PortOrAnyFree().convert("0")).isZero();
    refuses(new NumberConverter.Port(), "0", "must be a whole number from 1 to 65535");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "65536", "99999999999", "http", "80 "})
  void convert_shouldRefuse_whatIsNoPort(String text) {
    refuses(new NumberConverter.Port(), text, "must be a whole number from 1 to 65535");
    refuses(new NumberConverter.PortOrAnyFree(), text, "must be a whole number from 0 to 65535");
  }

  private static void refuses(ITypeConverter<Integer> converter, String text, String why) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(why);
  }
}
