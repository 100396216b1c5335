// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorSettingTest {

  private final OperatorSetting setting = new OperatorSetting("setting.of-test");

  @AfterEach
  void forget() {
    System.clearProperty(setting.property());
  }

  private Optional<String> value(Map<String, String> environment) {
    return setting.value(environment::get);
  }

  @Test
  void value_shouldBeTheProperty_elseTheVariable() {
    Map<String, String> environment = Map.of("MILLRACE_SETTING_OF_TEST", " 7 ");
    assertThat(value(Map.of())).isEmpty();
    assertThat(value(environment)).hasValue("7");

    System.setProperty("millrace.setting.of-test", " 8 ");
    assertThat(value(environment)).hasValue("8");
    assertThat(setting.value()).hasValue("8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  "})
  void value_shouldBeEmpty_whenItIsBlank(String blank) {
    assertThat(value(Map.of("MILLRACE_SETTING_OF_TEST", blank))).isEmpty();
    System.setProperty("millrace.setting.of-test", blank);
    assertThat(value(Map.of("MILLRACE_SETTING_OF_TEST", "7"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Port", ".port", "port=1"})
  void setting_shouldRefuseAnotherName(String name) {
    assertThatThrownBy(() -> new OperatorSetting(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid name of a setting: " + name + " (must be as metrics.port)");
  }
}
