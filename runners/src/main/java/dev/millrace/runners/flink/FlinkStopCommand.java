// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCheckpoints;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace flink stop}: as Flink's own command of that name, it leaves a savepoint. */
@Command(
    name = "stop",
    sortOptions = false,
    description = {
      "Takes a savepoint of a job, and ends the job once that is complete. If the savepoint",
      "fails, the job goes on."
    })
final class FlinkStopCommand extends JobsCommand {

  /** More than a checkpoint may take, after which Flink itself gives it up. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  @Parameters(
      paramLabel = "JOB",
      arity = "1",
      description = "Its id, the beginning of that, or its name.")
  String job = "";

  @Option(
      names = "--savepoint",
      paramLabel = "DIR",
      arity = "0..1",
      fallbackValue = "",
      description = {
        "Where to put the savepoint, a folder that all processes of the cluster see;",
        "default: its state.savepoints.dir."
      })
  String savepoint = "";

  FlinkStopCommand(Console console) {
    super(console);
  }

  @Override
  Outcome work(FlinkRest rest, Stop stop) throws Exception {
    FlinkRest.Job found = named(running(rest), job);
    FlinkCheckpoints checkpoints = rest.checkpoints();
    String order = checkpoints.stop(found.id(), folder());
    FlinkCheckpoints.Ordered ordered = checkpoints.ordered(found.id(), order);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ordered.isOver()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "Cannot stop job %s: its savepoint is not complete after %d s; it goes on"
                .formatted(found.id(), PATIENCE.toSeconds()));
      }
      FlinkCancelCommand.pause(stop);
      ordered = checkpoints.ordered(found.id(), order);
    }
    if (!ordered.failure().isEmpty()) {
      throw new IllegalStateException(
          "Cannot stop job %s: its savepoint failed, and it goes on: %s"
              .formatted(found.id(), RemoteFailure.cause(ordered.failure())));
    }
    boolean known =
        Submissions.of(console().environment()).stopped(found.id(), ordered.path(), Instant.now());
    FlinkCancelCommand.awaitEnd(rest, found.id(), stop);
    return new Outcome(
        Counts.NONE,
        List.of(
            "Job %s (%s) is stopped".formatted(found.id(), found.name()),
            "  savepoint  " + ordered.path(),
            "  go on      " + onward(known, found.id(), ordered.path())),
        Map.of("job_id", found.id(), "savepoint", ordered.path()),
        ExitCode.DONE);
  }

  private String folder() {
    boolean relative = !savepoint.isEmpty() && !savepoint.contains(":/");
    return relative ? Path.of(savepoint).toAbsolutePath().normalize().toString() : savepoint;
  }

  private static String onward(boolean known, String id, String path) {
    return known
        ? "millrace flink resume " + Submission.brief(id)
        : "the command that began it, with --from-savepoint=" + path;
  }
}
