// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import dev.millrace.monitor.baseline.Comparison;
import dev.millrace.runners.console.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came of comparing a run with those before it. */
public record Regression(Comparison comparison) {

  /** What a human should know of it; null if all is as it was. */
  public @Nullable String sentence(String command) {
    if (comparison.isTooFew()) {
      return "This run is not compared with its own history: " + comparison.words();
    }
    return comparison.regression().isEmpty()
        ? null
        : "Cannot pass %s as good as before: %s".formatted(command, comparison.words());
  }

  /** The exit code of a run that would end with another otherwise. */
  public int exitCode(int otherwise) {
    boolean counts = otherwise == ExitCode.DONE && comparison.regression().isPresent();
    return counts ? ExitCode.THRESHOLD : otherwise;
  }

  /** What a program may want to know. */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("found", comparison.regression().isPresent());
    fields.put("runs", comparison.runs());
    fields.put("runs_needed", comparison.needed());
    comparison
        .regression()
        .ifPresent(
            change -> {
              fields.put("stage", change.metric().stage());
              fields.put("metric", change.metric().name());
              fields.put("value", change.value());
              fields.put("median", change.typical());
              fields.put("low", change.low());
              fields.put("high", change.high());
              fields.put("ratio", change.ratio());
              fields.put("p", change.p());
            });
    fields.put("sentence", comparison.words());
    return fields;
  }
}
