// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.connections.ConnectionsBench;
import dev.millrace.benchmarks.connections.ConnectionsResult;
import dev.millrace.benchmarks.connections.Contender;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.util.List;
import java.util.Map;

/**
 * Measures what becomes of many writers on a server with few connections.
 *
 * @param contenders names; empty for those on Flink
 */
record ConnectionsBenchWork(long rows, int rounds, List<String> contenders) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    ConnectionsBench.Options defaults = ConnectionsBench.Options.defaults();
    ConnectionsBench.Options options =
        new ConnectionsBench.Options(
            rows,
            defaults.stages(),
            rounds,
            run.options().parallelism,
            defaults.fewConnections(),
            defaults.manyConnections(),
            Labels.chosen(Contender.values(), contenders, defaults.contenders()),
            defaults.quiet());
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would measure %s with max_connections %d and %d, %,d rows over %d tables, %d rounds"
              .formatted(
                  options.contenders(),
                  options.fewConnections(),
                  options.manyConnections(),
                  rows,
                  options.stages(),
                  rounds));
    }
    ConnectionsResult result = ConnectionsBench.run(options, run::tell);
    return new Outcome(
        Counts.NONE,
        result.text(),
        Map.of("result", new ObjectMapper().readTree(result.toJson())),
        ExitCode.DONE);
  }
}
