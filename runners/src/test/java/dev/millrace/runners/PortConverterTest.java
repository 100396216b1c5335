// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

class PortConverterTest {

  @ParameterizedTest
  @ValueSource(strings = {"1", "8081", "65535"})
  void convert_shouldTakePorts(String port) throws Exception {
    assertThat(new PortConverter().convert(port)).hasToString(port);
    assertThat(new PortConverter.OrAnyFree().convert(port)).hasToString(port);
  }

  @Test
  void convert_shouldTakeZero_whereAnyFreePortWillDo() throws Exception {
    assertThat(new PortConverter.OrAnyFree().convert("0")).isZero();
    refuses(new PortConverter(), "0", "must be a whole number from 1 to 65535");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "65536", "99999999999", "http", "80 "})
  void convert_shouldRefuse_whatIsNoPort(String text) {
    refuses(new PortConverter(), text, "must be a whole number from 1 to 65535");
    refuses(new PortConverter.OrAnyFree(), text, "must be a whole number from 0 to 65535");
  }

  private static void refuses(ITypeConverter<Integer> converter, String text, String why) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(why);
  }
}
