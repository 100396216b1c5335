// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertFileTest {

  private static Rule only(String yaml) {
    List<Rule> rules = AlertFile.parse(yaml, "a.yml");
    return rules.get(rules.size() - 1);
  }

  @Test
  void parse_shouldTakeAllThatARuleMayHave() {
    Rule rule =
        only(
            """
            alerts:
            - name: slow
              metric: millrace_rows_written_total{into=~"a|b"}
              rate: 30s
              below: 1e3
              resolve: 2000
              for: 1min
              keep: 500ms
              severity: critical
              sentence: Only {value} rows a second are written
            """);
    assertThat(rule)
        .isEqualTo(
            new Rule(
                "slow",
                new Signal.Rate(
                    Selector.parse("millrace_rows_written_total{into=~\"a|b\"}", Selector.Of.SUM),
                    Duration.ofSeconds(30)),
                Rule.Side.BELOW,
                1000,
                2000,
                Duration.ofMinutes(1),
                Duration.ofMillis(500),
                Severity.CRITICAL,
                "Only {value} rows a second are written"));
  }

  @Test
  void parse_shouldSetWhatIsNotSaid() {
    Rule above = only("alerts: [{name: high, metric: 'x', above: 2.5, of: max}]");
    assertThat(above)
        .isEqualTo(
            Rule.of(
                "high",
                new Signal.Value(Selector.parse("x", Selector.Of.MAX)),
                Rule.Side.ABOVE,
                2.5,
                Severity.WARNING,
                "x is {value}, above 2.50"));
    Rule gone = only("alerts: [{name: gone, metric: 'x', absent: true, for: 10s}]");
    assertThat(gone.signal()).isEqualTo(new Signal.Absence(Selector.parse("x", Selector.Of.SUM)));
    assertThat(gone.sentence()).isEqualTo("x is not there");
  }

  @Test
  void parse_shouldReplaceAndLeaveOutBuiltInRules() {
    List<Rule> rules =
        AlertFile.parse(
            """
            without: [lock_waits, gc_pauses]
            alerts:
            - {name: freshness, metric: millrace_freshness_seconds, above: 300}
            """,
            "a.yml");
    assertThat(rules).hasSize(BuiltInAlerts.rules().size() - 2);
    assertThat(rules)
        .extracting(Rule::name)
        .doesNotContain("lock_waits", "gc_pauses")
        .containsOnlyOnce("freshness");
    assertThat(rules.get(rules.size() - 1).threshold()).isEqualTo(300);
    assertThat(AlertFile.parse("# nothing", "a.yml")).isEqualTo(BuiltInAlerts.rules());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      quoteCharacter = '`',
      value = {
        "alarms: []^Invalid key of a.yml, line 1: alarms (must be one of alerts, without; the nearest is alerts)",
        "[1]^Invalid a file of alerts: a.yml, line 1 (must be keys with values)",
        "alerts: 3^Invalid alerts of a.yml, line 1: 3 (must be a list)",
        "alerts: [3]^Invalid alert: a.yml, line 1 (must be keys with values)",
        "without: [stale]^Invalid without of a.yml, line 1: stale (must be the name of a built-in alert; the nearest is stalled)",
        "`alerts:\n- name: a\n  metrik: x`^Invalid key of a.yml, line 3: metrik (must be one of above, absent, below, for, keep, metric, name, of, rate, resolve, sentence, severity; the nearest is metric)",
        "`alerts:\n- name: a\n  name: b`^Invalid key of a.yml, line 3: name (must be there once)",
        "alerts: [{metric: x, above: 1}]^Invalid alert of a.yml, line 1: it has no name (must have a name and a metric)",
        "alerts: [{name: a, metric: x}]^Invalid alert of a.yml, line 1: a (must be limited by one of above, below and absent)",
        "alerts: [{name: a, metric: x, above: 1, below: 2}]^Invalid alert of a.yml, line 1: a (must be limited by one of above, below and absent)",
        "alerts: [{name: a, metric: x, above: much}]^Invalid above of a.yml, line 1: much (must be a finite number)",
        "alerts: [{name: a, metric: x, above: NaN}]^Invalid above of a.yml, line 1: NaN (must be a finite number)",
        "alerts: [{name: a, metric: x, above: [1]}]^Invalid above of a.yml, line 1: a list (must be a word or a number)",
        "alerts: [{name: a, metric: x, above: 1, resolve: 2}]^Invalid alert of a.yml, line 1: Invalid resolve: 2 (must be 1, or below it)",
        "alerts: [{name: 'a b', metric: x, above: 1}]^Invalid alert of a.yml, line 1: Invalid name: a b (must be a letter, then letters, digits, _ and -, 64 at most)",
        "alerts: [{name: a, metric: 'x{', above: 1}]^Invalid alert of a.yml, line 1: Invalid metric: x{ (must be as in millrace_slots{pool=\"io\",state=~\"used|waiting\"})",
        "alerts: [{name: a, metric: x, above: 1, for: 5}]^Invalid for of a.yml, line 1: 5 (must be from 0 s to 24 h, as in 30s, 5min)",
        "alerts: [{name: a, metric: x, above: 1, rate: 2h}]^Invalid rate of a.yml, line 1: 2h (must be from 1 s to 1 h, as in 30s, 5min)",
        "alerts: [{name: a, metric: x, above: 1, rate: 5s, of: max}]^Invalid of of a.yml, line 1: max (must be sum with rate)",
        "alerts: [{name: a, metric: x, absent: true, rate: 5s}]^Invalid rate of a.yml, line 1: 5s (must be left out with absent)",
        "alerts: [{name: a, metric: x, absent: no}]^Invalid absent of a.yml, line 1: no (must be true)",
        "alerts: [{name: a, metric: x, above: 1, severity: bad}]^Invalid severity of a.yml, line 1: bad (must be one of info, warning, critical)",
        "`alerts:\n- {name: a, metric: x, above: 1}\n- {name: a, metric: y, above: 1}`^Invalid name of a.yml, line 3: a (must be another than those of the alerts before)",
        "`alerts:\n- [`^Cannot read a.yml: line 2: expected the node content, but found '<stream end>'",
      })
  void parse_shouldRefuseInOneSentence(String yaml, String sentence) {
    assertThatThrownBy(() -> AlertFile.parse(yaml, "a.yml"))
        .isInstanceOf(AlertFileException.class)
        .hasMessage(sentence);
  }

  @Test
  void read_shouldRefuseWhatIsNotThere(@TempDir Path folder) {
    Path file = folder.resolve("none.yml");
    assertThatThrownBy(() -> AlertFile.read(file))
        .hasMessage("Cannot read %s: there is no such file".formatted(file));
  }
}
