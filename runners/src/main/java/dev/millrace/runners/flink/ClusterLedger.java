// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.JobActiveException;
import dev.millrace.ledger.JobRecord;
import dev.millrace.ledger.LedgerView;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Target;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/** What mode ledger asks of a Flink cluster. */
public final class ClusterLedger {

  private ClusterLedger() {}

  /**
   * Checks that a cluster starts a job again that lost a worker. Bounded jobs have no checkpoints:
   * without a restart the first dead TaskManager ends the run.
   *
   * @throws UsageException if it does not
   * @throws IOException if it does not answer
   */
  public static void requireRestarts(Target runner) throws IOException {
    if (!runner.isCluster()) {
      return;
    }
    if (Placement.rest(runner).restartStrategy().isEmpty()) {
      throw new UsageException(
          "Cannot sync in mode ledger on %s: the cluster has no restart strategy; set"
                  .formatted(runner)
              + " restart-strategy.type: failure-rate in its configuration");
    }
  }

  /**
   * Checks that the job's last run does not go on on a cluster, left alone by its client.
   *
   * @throws JobActiveException if it does
   */
  public static void requireEnded(ConnectionSpec target, String job, Consumer<String> tell)
      throws SQLException {
    Optional<JobRecord> last = LedgerView.find(target, job).filter(found -> !found.isDone());
    if (last.isEmpty()) {
      return;
    }
    Target runner = Target.parse(last.get().runner());
    if (!runner.isCluster()) {
      return;
    }
    try {
      for (FlinkRest.Job each : Placement.rest(runner).jobs()) {
        if (each.name().endsWith(last.get().run()) && !each.ended()) {
          throw new JobActiveException(
              "Cannot run job %s: run %s is at it as job %s on %s; wait for its end, or cancel it there"
                  .formatted(job, last.get().run(), each.id(), runner));
        }
      }
    } catch (IOException gone) {
      tell.accept(
          "The last run of job %s was on %s, which does not answer; if it goes on there, it is fenced off."
              .formatted(job, runner));
    }
  }
}
