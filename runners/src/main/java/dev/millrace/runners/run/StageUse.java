// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.observe.Bottleneck;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import dev.millrace.runners.console.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the stages of a run spent their time on, as far as it ran within this JVM, and what would
 * make it quicker.
 *
 * @param stages those that did something
 * @param elapsed how long the run took
 * @param advice on its bottleneck; empty if it has none
 */
public record StageUse(List<StageTime> stages, Duration elapsed, String advice) {

  /** More than that is told. */
  private static final double MUCH = 0.1;

  /** Since other times were taken. */
  public static StageUse since(Map<String, StageTime> before, Run run) {
    List<StageTime> stages = Stage.since(before);
    String advice =
        Bottleneck.of(stages)
            .map(found -> Advice.on(found, run.options().parallelism).sentence())
            .orElse("");
    return new StageUse(stages, run.elapsed(), advice);
  }

  /** Adds what a program may want to know. */
  void addTo(Map<String, @Nullable Object> fields) {
    List<Map<String, Object>> all = new ArrayList<>();
    stages.forEach(each -> all.add(fields(each)));
    fields.put("stages", all);
    fields.put("bottleneck", Bottleneck.of(stages).map(this::fields).orElse(null));
  }

  private Map<String, Object> fields(StageTime stage) {
    Map<String, Object> shares = new LinkedHashMap<>();
    for (Spent spent : Spent.values()) {
      shares.put(spent.label(), Figures.thousandths(stage.share(spent)));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", stage.stage());
    fields.put("seconds", Figures.thousandths(stage.seconds()));
    fields.put("threads", Figures.thousandths(threads(stage)));
    fields.put("shares", shares);
    fields.put("cpu_seconds", Figures.thousandths(stage.seconds(Spent.WORKING)));
    fields.put("allocated_bytes", stage.allocatedBytes());
    fields.put("read_bytes", stage.io().read());
    fields.put("written_bytes", stage.io().written());
    return fields;
  }

  private Map<String, Object> fields(Bottleneck found) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", found.stage().stage());
    fields.put("cause", found.cause().label());
    fields.put("share", Figures.thousandths(found.share()));
    fields.put("advice", advice);
    fields.put("rest", Figures.thousandths(found.rest()));
    return fields;
  }

  /** How many threads were in it on average, and not in the steps that follow. */
  private double threads(StageTime stage) {
    return elapsed.isZero() ? 0 : stage.ownSeconds() * 1000 / elapsed.toMillis();
  }

  /** Adds what a human should know. */
  void tell(List<String> lines) {
    Optional<Bottleneck> bottleneck = Bottleneck.of(stages);
    bottleneck.ifPresent(
        found -> {
          lines.add("  slowest      " + words(found));
          lines.add("               " + advice);
          if (found.rest() > MUCH) {
            lines.add(
                String.format(
                    Locale.ROOT,
                    "               %.0f %% of the stages' time is not accounted for",
                    found.rest() * 100));
          }
        });
  }

  /** As in {@code write public.item, 62 % of its time waiting for a connection}. */
  static String words(Bottleneck found) {
    return String.format(
        Locale.ROOT,
        "%s, %.0f %% of its time %s",
        found.stage().stage(),
        found.share() * 100,
        found.cause().words());
  }
}
