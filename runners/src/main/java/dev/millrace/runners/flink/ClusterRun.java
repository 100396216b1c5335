// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.local.flink.FlinkCheckpoints;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Drain;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Progress;
import dev.millrace.runners.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;

/**
 * A pipeline on a Flink cluster: submitted with the job jar, followed over REST, cancelled when the
 * run is to stop. Nothing waits for ever: a cluster that does not answer, and a job that gets no
 * slots, have a minute.
 */
public final class ClusterRun {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration DRAIN = Duration.ofSeconds(28);

  private final Run run;
  private final FlinkRest rest;
  private final String id;
  private final PipelineResult result;

  /** What to do when the cluster has lost the job. */
  private String lost = "";

  /** How many blocks the writers of each part of the job have taken in. */
  private final Map<String, Long> taken = new ConcurrentHashMap<>();

  /**
   * Beam's counters reach a cluster when a bundle ends, which in a bounded job is when a task ends;
   * what an operator takes in is counted by Flink itself.
   */
  private static final Pattern WRITERS = Pattern.compile(".*ParMultiDo\\(\\w*Write\\w*\\)\\)?");

  private ClusterRun(Run run, FlinkRest rest, String id, PipelineResult result) {
    this.run = run;
    this.rest = rest;
    this.id = id;
    this.result = result;
  }

  /**
   * Submits a pipeline and returns once the cluster has it.
   *
   * @throws IOException if the cluster does not answer
   */
  public static ClusterRun submit(Run run, Pipeline pipeline) throws IOException {
    FlinkRest rest = Placement.rest(run.options().runner);
    PipelineResult result = pipeline.run();
    String name = pipeline.getOptions().getJobName();
    String id =
        rest.jobs().stream()
            .filter(job -> job.name().equals(name))
            .map(FlinkRest.Job::id)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "Cannot follow %s: %s does not know it"
                            .formatted(name, run.options().runner)));
    run.addJob(id);
    return new ClusterRun(run, rest, id, result);
  }

  /** Submits a pipeline and leaves it alone. */
  public static Outcome detached(Run run, Pipeline pipeline) throws IOException {
    if (!run.options().runner.isCluster()) {
      pipeline.run();
      return new Outcome(Counts.NONE, List.of(), Map.of("status", "submitted"), ExitCode.DONE);
    }
    ClusterRun submitted = submit(run, pipeline);
    return new Outcome(
        Counts.NONE,
        List.of(
            submitted.id,
            "See %s/#/job/running/%s/overview".formatted(submitted.rest.address(), submitted.id)),
        Map.of("status", "submitted"),
        ExitCode.DONE);
  }

  /**
   * Follows the job to its end, or to the wish that it stop.
   *
   * @throws InterruptedException if it was stopped
   * @throws IllegalStateException if it failed
   */
  public PipelineResult toEnd(String label) throws Exception {
    run.stop().setAction(this::cancel);
    return awaitEnd(label);
  }

  private PipelineResult awaitEnd(String label) throws Exception {
    String state = awaitState(label);
    if (state.equals("FINISHED")) {
      return result;
    }
    if (run.stop().isRequested()) {
      throw new InterruptedException("stopped");
    }
    throw ended(label, state);
  }

  private String awaitState(String label) throws Exception {
    String state =
        Progress.during(
            run,
            () -> new Progress.Sample(label, total(), OptionalLong.empty(), "blocks"),
            this::follow);
    run.restarted(rest.restarts(id));
    return state;
  }

  /** Why the job ended as nobody wished. */
  private Exception ended(String label, String state) throws IOException {
    if (state.equals("CANCELED")) {
      return new IllegalStateException(
          "Cannot finish %s: the job %s was cancelled on the cluster".formatted(label, id));
    }
    String trace = rest.failure(id).orElse("the cluster does not say why");
    return RemoteFailure.of(label, trace);
  }

  /**
   * Follows a job that has no end to the wish that it stop, and until it is drained.
   *
   * @return the savepoint with which somebody else stopped it; empty otherwise
   * @throws InterruptedException if it was not drained in time
   * @throws IllegalStateException if it failed
   */
  public Optional<String> untilStopped(String label, Drain drain) throws Exception {
    lost = "; go on with `millrace flink resume %s`".formatted(Submission.brief(id));
    AtomicBoolean drained = new AtomicBoolean();
    run.stop()
        .setAction(
            () -> {
              try {
                drain.toEnd();
                drained.set(true);
              } catch (Exception e) {
                run.tell("Cannot drain the job " + id + ", which is cancelled: " + e.getMessage());
              }
              cancel();
            });
    String state;
    try {
      state = awaitState(label);
    } catch (InterruptedException stopped) {
      state = "CANCELED";
    }
    if (drained.get()) {
      return Optional.empty();
    }
    if (run.stop().isRequested()) {
      throw new InterruptedException("stopped");
    }
    Optional<String> savepoint = state.equals("FAILED") ? Optional.empty() : savepoint();
    if (savepoint.isEmpty()) {
      Exception end = ended(label, state);
      // After a change of columns the command itself decides whether to go on.
      if (!(end instanceof SchemaDriftException)) {
        run.tell("To go on with it: millrace flink resume " + Submission.brief(id));
      }
      throw end;
    }
    return savepoint;
  }

  /** The savepoint after which the job did nothing that counts; empty if it has none. */
  private Optional<String> savepoint() throws IOException {
    return rest.checkpoints()
        .last(id)
        .filter(FlinkCheckpoints.Completed::savepoint)
        .map(FlinkCheckpoints.Completed::path);
  }

  /** Returns the state in which the job ended. */
  private String follow() throws IOException, InterruptedException {
    Patience answers = new Patience(PATIENCE);
    Patience slots = new Patience(PATIENCE);
    Patience drain = new Patience(DRAIN);
    Patience look = new Patience(LOOK);
    while (true) {
      try {
        FlinkRest.JobDetails details = rest.job(id).orElseThrow(this::lost);
        answers.renew();
        if (details.job().ended()) {
          return details.job().state();
        }
        if (details.tasksActive() > 0 || !details.job().state().equals("RUNNING")) {
          slots.renew();
        }
        if (look.isOver()) {
          count(details.vertices());
          look.renew();
        }
      } catch (IOException e) {
        if (answers.isOver()) {
          throw e;
        }
      }
      if (slots.isOver()) {
        cancel();
        throw new IllegalStateException(
            "Cannot run on %s: the job got no slots within %d s (it takes %d); wait for other jobs, or"
                    .formatted(
                        run.options().runner, PATIENCE.toSeconds(), run.options().parallelism)
                + " take fewer with --parallelism");
      }
      if (!run.stop().isRequested()) {
        drain.renew();
      } else if (drain.isOver()) {
        throw new InterruptedException("stopped");
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private void count(List<String> vertices) throws IOException {
    for (String vertex : vertices) {
      rest.recordsIn(id, vertex, WRITERS).ifPresent(records -> taken.put(vertex, records));
    }
  }

  private long total() {
    return taken.values().stream().mapToLong(Long::longValue).sum();
  }

  private void cancel() {
    try {
      rest.cancel(id);
    } catch (IOException e) {
      run.tell("Cannot cancel the job " + id + ": " + e.getMessage());
    }
  }

  private IllegalStateException lost() {
    return new IllegalStateException(
        "Cannot follow the job %s: %s no longer knows it, as after the death of a JobManager%s"
            .formatted(id, run.options().runner, lost));
  }

  /** A time that passes unless it is renewed. */
  private static final class Patience {
    private final long nanos;
    private long since = System.nanoTime();

    private Patience(Duration length) {
      this.nanos = length.toNanos();
    }

    private void renew() {
      since = System.nanoTime();
    }

    private boolean isOver() {
      return System.nanoTime() - since > nanos;
    }
  }
}
