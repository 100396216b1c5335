// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.pipelines.incremental.OnDrift;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class WordConverterTest {

  private final WordConverter<OnDrift> converter = new WordConverter<>(OnDrift.class) {};

  @Test
  void convert_shouldTakeTheWordOfEach() {
    assertThat(converter.convert("fail")).isEqualTo(OnDrift.FAIL);
    assertThat(converter.convert("add-columns")).isEqualTo(OnDrift.ADD_COLUMNS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "FAIL", "add_columns", "fail ", "drop"})
  void convert_shouldRefuse_whatIsNone(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("must be fail, add-columns or ignore");
  }
}
