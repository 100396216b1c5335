// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

  private static final Path CONFIG = Path.of("..", "src", "config");
  private static final String NONE = Help.of("no metric");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prometheus/millrace-alerts.yml",
        "prometheus/millrace-alerts-test.yml",
        "grafana/millrace.json"
      })
  void of_shouldKnowEachMetricThatIsAskedFor(String file) throws IOException {
    Set<String> metrics = new TreeSet<>();
    Matcher name =
        Pattern.compile("millrace_[a-z_]+").matcher(Files.readString(CONFIG.resolve(file)));
    while (name.find()) {
      metrics.add(name.group().replaceFirst("_(bucket|count|sum)$", ""));
    }
    assertThat(metrics)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(Help.of(each)).isNotEqualTo(NONE));
  }
}
