// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.benchmarks.verify.VerifyBench;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures what verify costs beside the plain aggregate over both tables. */
record VerifyBenchWork(long rows, int rounds) implements Work {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  @Override
  public Outcome run(Run run) throws Exception {
    if (rows < 1 || rounds < 1) {
      throw new UsageException("Invalid --rows or --rounds: less than 1 (must be 1 or more)");
    }
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would measure verify of two tables of %,d rows, %d rounds".formatted(rows, rounds));
    }
    List<VerifyBench.Line> measured = VerifyBench.run(rows, rounds, run::tell);
    List<String> lines = new ArrayList<>();
    lines.add("%,d rows of 10 columns; median (min..max) of %d rounds".formatted(rows, rounds));
    lines.add("%-33s  %s  %s".formatted("", "x aggregate      ", "x aggregate-md5"));
    measured.forEach(line -> lines.add(line.text()));
    return new Outcome(
        Counts.NONE, lines, Map.of("result", JSON.valueToTree(measured)), ExitCode.DONE);
  }
}
