// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import static dev.millrace.monitor.alert.AlertState.FIRING;
import static dev.millrace.monitor.alert.AlertState.INACTIVE;
import static dev.millrace.monitor.alert.AlertState.PENDING;
import static dev.millrace.monitor.alert.AlertState.RESOLVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.monitor.alert.Rule.Side;
import dev.millrace.monitor.alert.Selector.Of;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlertEngineTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  private static final Rule HIGH =
      Rule.of("high", value("x"), Side.ABOVE, 10, Severity.WARNING, "x is {value}");

  private static Signal value(String metric) {
    return new Signal.Value(Selector.parse(metric, Of.SUM));
  }

  private static Instant at(double seconds) {
    return START.plusMillis(Math.round(1000 * seconds));
  }

  /** How a rule stands after a look a second each. */
  private static List<AlertState> states(Rule rule, double... values) {
    AlertEngine engine = new AlertEngine(List.of(rule));
    List<AlertState> states = new ArrayList<>();
    AlertState state = INACTIVE;
    for (int i = 0; i < values.length; i++) {
      for (Transition change : engine.look(at(i), Map.of("x", values[i]))) {
        assertThat(change.from()).isEqualTo(state);
        state = change.to();
      }
      states.add(state);
    }
    return states;
  }

  @Test
  void look_shouldFireAtOnceAndResolve_whenNoTimeIsAskedFor() {
    assertThat(states(HIGH, 10, 11, 12, 10, 9, 11))
        .containsExactly(INACTIVE, FIRING, FIRING, RESOLVED, RESOLVED, FIRING);
  }

  @Test
  void look_shouldWait_andForgetWhatWasTooShort() {
    assertThat(states(HIGH.after(Duration.ofSeconds(2)), 11, 11, 9, 11, 11, 11, 9))
        .containsExactly(PENDING, PENDING, INACTIVE, PENDING, PENDING, FIRING, RESOLVED);
  }

  @Test
  void look_shouldKeepFiringBetweenTheThresholds_andForTheTimeItIsKept() {
    Rule rule = HIGH.resolvedAt(5).keptFor(Duration.ofSeconds(2));
    assertThat(states(rule, 7, 11, 7, 6, 5, 6, 5, 4, 3, 7))
        .containsExactly(
            INACTIVE, FIRING, FIRING, FIRING, FIRING, FIRING, FIRING, FIRING, RESOLVED, RESOLVED);
  }

  @Test
  void look_shouldTakeWhatIsUnknownForRight() {
    AlertEngine engine = new AlertEngine(List.of(HIGH));
    assertThat(engine.look(at(0), Map.of())).isEmpty();
    assertThat(engine.look(at(1), Map.of("x", Double.NaN))).isEmpty();
    engine.look(at(2), Map.of("x", 11.0));
    assertThat(engine.firing()).hasSize(1);
    Transition gone = engine.look(at(3), Map.of()).get(0);
    assertThat(gone.to()).isEqualTo(RESOLVED);
    assertThat(gone.value()).isNull();
  }

  @Test
  void look_shouldSayWhenWhatAndByWhichNumber() {
    AlertEngine engine = new AlertEngine(List.of(HIGH.keptFor(Duration.ofSeconds(5))));
    engine.look(at(0), Map.of("x", 1.0));
    Transition change = engine.look(at(1), Map.of("x", 12.25)).get(0);
    assertThat(change.time()).isEqualTo(at(1));
    assertThat(change.since()).isEqualTo(at(1));
    assertThat(change.value()).isEqualTo(12.25);
    assertThat(change.sentence()).isEqualTo("x is 12.3");
    assertThat(engine.look(at(2), Map.of("x", 14.0))).isEmpty();
    assertThat(engine.firing().get(0).sentence()).isEqualTo("x is 14");
    assertThat(engine.firing().get(0).since()).isEqualTo(at(1));

    Transition end = engine.end(at(3)).get(0);
    assertThat(end.to()).isEqualTo(RESOLVED);
    assertThat(end.since()).isEqualTo(at(1));
    assertThat(engine.firing()).isEmpty();
  }

  @Test
  void look_shouldSeeNothing_whenTimeDoesNotGoOn() {
    AlertEngine engine = new AlertEngine(List.of(HIGH));
    engine.look(at(5), Map.of("x", 1.0));
    assertThat(engine.look(at(5), Map.of("x", 11.0))).isEmpty();
    assertThat(engine.look(at(4), Map.of("x", 11.0))).isEmpty();
    assertThat(engine.look(at(6), Map.of("x", 11.0))).hasSize(1);
  }

  @Test
  void rate_shouldBeTheGrowthOverTheWindow() {
    RateWindow window = new RateWindow(Duration.ofSeconds(10));
    window.add(at(0), 100);
    assertThat(window.perSecond()).isEmpty();
    window.add(at(4), 140);
    assertThat(window.perSecond()).hasValue(10);
    window.add(at(8), 140);
    assertThat(window.perSecond()).hasValue(5);
    // The look at 4 s is the latest that is 10 s ago or more.
    window.add(at(14.5), 140);
    assertThat(window.perSecond().orElseThrow()).isZero();
    // It has begun anew.
    window.add(at(15), 7);
    assertThat(window.perSecond().orElseThrow()).isCloseTo(7 / 11.0, within(1e-9));
  }

  @Test
  void absence_shouldFire_whenNoSeriesIsMeant() {
    Signal absence = new Signal.Absence(Selector.parse("y{of=\"a\"}", Of.SUM));
    AlertEngine engine =
        new AlertEngine(
            List.of(Rule.of("gone", absence, Side.ABOVE, 0, Severity.CRITICAL, "y is gone")));
    assertThat(engine.look(at(0), Map.of("y{of=\"a\"}", 0.0))).isEmpty();
    assertThat(engine.look(at(1), Map.of("y{of=\"b\"}", 0.0))).hasSize(1);
    assertThat(engine.firing().get(0).severity()).isEqualTo("critical");
  }

  @Test
  void selector_shouldMatchLabelsAsPrometheusDoes() {
    Readings readings =
        new Readings(
            Map.of(
                "x{pool=\"a\",state=\"used\"}", 1.0,
                "x{pool=\"b \\\"}{\\\\ \\n,state=\\\"used\\\"\",state=\"max\"}", 10.0,
                "x{pool=\"b\",state=\"used\"}", 100.0,
                "x", 1000.0,
                "x_total{pool=\"a\"}", 10_000.0));
    assertThat(sum("x", readings)).isEqualTo(1111);
    assertThat(sum("x{}", readings)).isEqualTo(1111);
    assertThat(sum("x{pool=\"a\"}", readings)).isEqualTo(1);
    assertThat(sum("x{ pool != \"a\" , state=\"used\" }", readings)).isEqualTo(100);
    assertThat(sum("x{pool=~\"a|b\"}", readings)).isEqualTo(101);
    assertThat(sum("x{pool=~\"b.*\"}", readings)).isEqualTo(110);
    assertThat(sum("x{pool!~\".+\"}", readings)).isEqualTo(1000);
    assertThat(sum("x{pool=\"\"}", readings)).isEqualTo(1000);
    assertThat(sum("x{pool=\"b \\\"}{\\\\ \\n,state=\\\"used\\\"\"}", readings)).isEqualTo(10);
    assertThat(Selector.parse("x{pool=~\".+\"}", Of.MAX).read(readings)).hasValue(100);
    assertThat(Selector.parse("z", Of.MAX).read(readings)).isEmpty();
  }

  private static double sum(String selector, Readings readings) {
    return Selector.parse(selector, Of.SUM).read(readings).orElseThrow();
  }

  @Test
  void selector_shouldBeRefused_whenItIsNone() {
    for (String text :
        List.of("", "1x", "x y", "x{", "x}", "x{a}", "x{a=b}", "x{a=\"b\" c=\"d\"}", "x{=\"b\"}")) {
      assertThatThrownBy(() -> Selector.parse(text, Of.SUM))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Invalid metric: " + text + " (must be as in ");
    }
    assertThatThrownBy(() -> Selector.parse("x{a=~\"(\"}", Of.SUM))
        .hasMessage("Invalid metric: x{a=~\"(\"} (must have regular expressions; Unclosed group)");
  }
}
