// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules that a Prometheus is given, by its own tool. */
class PrometheusRulesTest {

  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final Path FOLDER = Path.of("..", "src", "config", "prometheus");
  private static final Path RULES = FOLDER.resolve("millrace-alerts.yml");
  private static final Path TESTS = FOLDER.resolve("millrace-alerts-test.yml");

  private static void assertPasses(String... words) throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(PROMTOOL), "promtool is not installed: apt-get install prometheus");
    ProcessBuilder promtool = new ProcessBuilder(words).redirectErrorStream(true);
    promtool.command().add(0, PROMTOOL.toString());
    Process process = promtool.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("SUCCESS").doesNotContain("FAILED");
  }

  @Test
  void rules_shouldBeRules() throws Exception {
    assertPasses("check", "rules", RULES.toString());
  }

  @Test
  void rules_shouldFireAndResolve() throws Exception {
    assertPasses("test", "rules", TESTS.toString());
  }

  @Test
  void rules_shouldBeThoseThatAreBuiltIn_andEachIsTested() throws Exception {
    Set<String> names = new TreeSet<>();
    Matcher alert = Pattern.compile("alert: Millrace(\\w+)").matcher(Files.readString(RULES));
    while (alert.find()) {
      names.add(alert.group(1).toLowerCase(Locale.ROOT));
    }
    assertThat(names)
        .isEqualTo(
            BuiltInAlerts.rules().stream()
                .map(rule -> rule.name().replaceAll("_(read|write|lookup)$|_", ""))
                .collect(Collectors.toSet()));
    String tests = Files.readString(TESTS);
    assertThat(names)
        .allSatisfy(
            name -> {
              String fires = "(?is).*- alertname: Millrace%s\\s+eval_time: \\w+\\s+exp_alerts:.*";
              assertThat(tests).matches(fires.formatted(name));
              assertThat(tests).matches("(?is).*\\{alertname: Millrace%s, .*".formatted(name));
            });
  }
}
