// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.runners.console.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run that did its work has to tell.
 *
 * @param counts over all its pipelines
 * @param report lines for a human, printed before the summary
 * @param details further fields of the JSON summary
 * @param exitCode {@link ExitCode#DONE}, or the code of what was found
 */
public record Outcome(Counts counts, List<String> report, Map<String, ?> details, int exitCode) {

  public static Outcome of(Counts counts) {
    return new Outcome(counts, List.of(), Map.of(), ExitCode.DONE);
  }

  /** For a dry run, which counts nothing. */
  public static Outcome planned(String... lines) {
    return new Outcome(Counts.NONE, List.of(lines), Map.of("dry_run", true), ExitCode.DONE);
  }

  /** The same, and one more field of the summary. */
  public Outcome with(String field, Object value) {
    Map<String, Object> fields = new LinkedHashMap<>(details);
    fields.put(field, value);
    return new Outcome(counts, report, fields, exitCode);
  }

  /** The same, and more lines for a human behind those that are there. */
  public Outcome with(List<String> lines) {
    List<String> all = new ArrayList<>(report);
    all.addAll(lines);
    return new Outcome(counts, all, details, exitCode);
  }
}
