// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.kills.Kill;
import dev.millrace.benchmarks.kills.KillCampaign;
import dev.millrace.benchmarks.kills.KillReport;
import dev.millrace.benchmarks.kills.StockControl;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.flink.Packaged;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Kills copies and looks at what becomes of them.
 *
 * @param rows of the table, so many that a copy can be struck in the middle
 * @param kills by name; empty for the default
 */
record KillsWork(long rows, Map<String, Integer> kills, Children children) implements Work {

  private static final Map<Kill, Integer> DEFAULT =
      Map.of(
          Kill.CLIENT, 50,
          Kill.BEFORE_LEDGER, 5,
          Kill.AFTER_LEDGER, 5,
          Kill.AFTER_DATA, 5,
          Kill.AFTER_COMMIT, 5,
          Kill.BETWEEN_BLOCKS, 5,
          Kill.DATABASE, 10,
          Kill.TASKMANAGER, 30,
          Kill.JOBMANAGER, 10);

  @Override
  public Outcome run(Run run) throws Exception {
    Map<Kill, Integer> chosen = new EnumMap<>(Kill.class);
    if (kills.isEmpty()) {
      chosen.putAll(DEFAULT);
    }
    kills.forEach((name, times) -> chosen.put(Kill.named(name), times));
    if (run.options().dryRun) {
      return Outcome.planned("Would copy %,d rows and kill %s".formatted(rows, chosen));
    }
    long seed = ThreadLocalRandom.current().nextLong();
    KillReport report =
        KillCampaign.run(
            new KillCampaign.Options(
                chosen, rows, seed, Packaged.flinkJars(), new UnrecordedCommand(children)),
            run::tell);
    StockControl control = StockControl.run(rows);
    List<String> lines = new ArrayList<>(report.lines());
    lines.addAll(control.lines());
    return new Outcome(
        Counts.NONE,
        lines,
        Map.of("kills", report.toMap(), "control", control),
        report.verdict().isClean() ? ExitCode.DONE : ExitCode.FAILED);
  }
}
