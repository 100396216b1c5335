// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace flink cancel}. */
@Command(
    name = "cancel",
    sortOptions = false,
    description = {
      "Ends a job at once, and returns when it has ended. What it was about to write is not",
      "written; a followed table can be gone on with, see `resume`."
    })
final class FlinkCancelCommand extends JobsCommand {

  /** A TaskManager whose task does not end within three minutes of its cancellation ends itself. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration POLL = Duration.ofMillis(100);

  @Parameters(
      paramLabel = "JOB",
      arity = "1",
      description = "Its id, the beginning of that, or its name.")
  String job = "";

  FlinkCancelCommand(Console console) {
    super(console);
  }

  @Override
  Outcome work(FlinkRest rest, Stop stop) throws Exception {
    FlinkRest.Job found = named(running(rest), job);
    rest.cancel(found.id());
    String state = awaitEnd(rest, found.id(), stop);
    return new Outcome(
        Counts.NONE,
        List.of("Job %s (%s) has ended: %s".formatted(found.id(), found.name(), state)),
        Map.of("job_id", found.id(), "state", state),
        ExitCode.DONE);
  }

  /**
   * Waits until a job has ended, and returns how.
   *
   * @throws IllegalStateException if it does not
   */
  static String awaitEnd(FlinkRest rest, String id, Stop stop)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      FlinkRest.Job now =
          rest.job(id)
              .map(FlinkRest.JobDetails::job)
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "Cannot await the end of job %s: %s no longer knows it"
                              .formatted(id, rest.address())));
      if (now.ended()) {
        return now.state();
      }
      pause(stop);
    }
    throw new IllegalStateException(
        "Cannot await the end of job %s: it has not ended within %d s"
            .formatted(id, PATIENCE.toSeconds()));
  }

  /**
   * Waits a moment.
   *
   * @throws InterruptedException if the command is to stop
   */
  static void pause(Stop stop) throws InterruptedException {
    if (stop.isRequested()) {
      throw new InterruptedException("stopped");
    }
    Thread.sleep(POLL.toMillis());
  }
}
