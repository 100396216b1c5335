// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import dev.millrace.observe.Measure;
import dev.millrace.runners.console.DaemonThread;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.flink.ClusterRun;
import dev.millrace.runners.flink.Packaged;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Target;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Drain;
import dev.millrace.runners.run.FlinkContext;
import dev.millrace.runners.run.Progress;
import dev.millrace.runners.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs pipelines where the user chose: on the direct runner, on Flink within this process, or on a
 * cluster, with the parallelism asked for and the runner's own defaults otherwise.
 */
public final class PipelineRun {

  private static final Logger LOG = LoggerFactory.getLogger(PipelineRun.class);

  /** How much a followed table is read again after a failure, at most. */
  private static final Duration CHECKPOINT = Duration.ofSeconds(10);

  /**
   * By which Beam keeps the options of each pipeline that was run, for as long as the JVM lives;
   * and of one id only the latest. They are for values that are given at run time, of which these
   * pipelines have none.
   */
  private static final long OPTIONS_ID = -1;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LINGER = Duration.ofMillis(200);

  private PipelineRun() {}

  /**
   * An empty pipeline without an end for the chosen runner.
   *
   * @param savepoint to go on from; empty for none
   */
  public static Pipeline unbounded(Run run, String stage, String savepoint) {
    Target runner = run.options().runner;
    PipelineOptions options = options(run.options(), jobName(run, stage));
    if (!runner.equals(Target.DIRECT)) {
      FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
      flink.setStreaming(true);
      flink.setCheckpointingInterval(CHECKPOINT.toMillis());
      // State is divided by it once and for all: whatever it is, that is what may be gone on with.
      flink.setMaxParallelism(CommonOptions.MOST_PARALLELISM);
      if (runner.isCluster() || FlinkContext.isPresent()) {
        // Who goes on after the death of a JobManager finds the last one in its folder.
        flink.setExternalizedCheckpointsEnabled(true);
        flink.setRetainExternalizedCheckpointsOnCancellation(true);
      }
      if (!savepoint.isEmpty()) {
        flink.setSavepointPath(savepoint);
      }
      // What was read is not to wait for more.
      flink.setMaxBundleTimeMills(LINGER.toMillis());
      // Attached, it would hand out nothing to cancel it by.
      flink.setAttachedMode(false);
    }
    return Pipeline.create(options);
  }

  /** An empty pipeline for the chosen runner. */
  public static Pipeline pipeline(Run run, String stage) {
    return pipeline(run, stage, run.options().parallelism);
  }

  /**
   * The same, of another parallelism than the run's.
   *
   * @param parallelism of the pipeline
   */
  public static Pipeline pipeline(Run run, String stage, int parallelism) {
    return Pipeline.create(options(run.options(), jobName(run, stage), parallelism));
  }

  private static String jobName(Run run, String stage) {
    return "millrace-%s-%s".formatted(stage, run.id());
  }

  /** The options of a pipeline for the chosen runner. No secret is ever among them. */
  static PipelineOptions options(CommonOptions common, String jobName) {
    return options(common, jobName, common.parallelism);
  }

  private static PipelineOptions options(CommonOptions common, String jobName, int parallelism) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setJobName(jobName);
    options.setOptionsId(OPTIONS_ID);
    switch (common.runner.kind()) {
      case DIRECT -> {
        options.setRunner(DirectRunner.class);
        DirectOptions direct = options.as(DirectOptions.class);
        direct.setTargetParallelism(parallelism);
        direct.setBlockOnRun(false);
        // It would copy each block at each step, to see that nobody changes it. Nobody can, and the
        // tests of these pipelines have it look.
        direct.setEnforceImmutability(common.checkElements);
        direct.setEnforceEncodability(common.checkElements);
      }
      case FLINK -> {
        options.setRunner(FlinkRunner.class);
        options
            .as(FlinkPipelineOptions.class)
            .setFlinkMaster(FlinkContext.isPresent() ? "[auto]" : "[local]");
        options.as(FlinkPipelineOptions.class).setParallelism(parallelism);
        options.as(FlinkPipelineOptions.class).setAttachedMode(!common.detached);
      }
      case CLUSTER -> {
        options.setRunner(FlinkRunner.class);
        FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
        flink.setFlinkMaster(common.runner.address());
        flink.setParallelism(parallelism);
        flink.setFilesToStage(List.of(Packaged.jobJar().toString()));
        flink.setAttachedMode(false);
      }
    }
    return options;
  }

  /**
   * Runs a pipeline to its end, or to the wish that it stop, and tells how far it is.
   *
   * @param label what is being done
   * @param measure what tells how far it is
   * @param expected how far it will go, perhaps an estimate
   * @throws InterruptedException if it was stopped
   * @throws Exception what the pipeline failed with
   */
  public static PipelineResult toEnd(
      Run run, Pipeline pipeline, String label, Measure measure, long expected) throws Exception {
    run.flows(Flow.of(pipeline));
    if (run.options().runner.isCluster()) {
      return ClusterRun.submit(run, pipeline).toEnd(label);
    }
    long before = measure.total();
    return Progress.during(
        run,
        () -> new Progress.Sample(label, measure.total() - before, OptionalLong.of(expected)),
        () -> await(pipeline, run.stop()));
  }

  /**
   * Runs a pipeline to its end, or until this thread is interrupted. Others may run beside it, so
   * nobody is told how far it is.
   *
   * @param label what is being done
   * @throws InterruptedException if it was stopped
   * @throws Exception what the pipeline failed with
   */
  public static PipelineResult beside(Run run, Pipeline pipeline, String label) throws Exception {
    run.flows(Flow.of(pipeline));
    if (run.options().runner.isCluster()) {
      return ClusterRun.submit(run, pipeline).toEnd(label);
    }
    Started started = new Started(pipeline);
    try {
      return started.end();
    } catch (InterruptedException stopped) {
      started.cancel();
      started.awaitItsThread();
      throw stopped;
    }
  }

  /**
   * Runs a pipeline without an end until the wish that it stop, and then until all that it read is
   * written.
   *
   * @param label what is being done
   * @param measure what tells how far it is
   * @return the savepoint with which somebody else stopped it on its cluster; empty otherwise
   * @throws InterruptedException if it was not drained in time
   * @throws Exception what the pipeline failed with
   */
  public static Optional<String> untilStopped(
      Run run, Pipeline pipeline, String label, Measure measure, Drain drain) throws Exception {
    run.flows(Flow.of(pipeline));
    if (run.options().runner.isCluster()) {
      return ClusterRun.submit(run, pipeline).untilStopped(label, drain);
    }
    long before = measure.total();
    Progress.during(
        run,
        () -> new Progress.Sample(label, measure.total() - before, OptionalLong.empty()),
        () -> untilStopped(pipeline, run.stop(), drain));
    return Optional.empty();
  }

  private static PipelineResult untilStopped(Pipeline pipeline, Stop stop, Drain drain)
      throws Exception {
    PipelineResult result = pipeline.run();
    // Only who waits from the start is told why it failed.
    FutureTask<PipelineResult.State> end = new FutureTask<>(result::waitUntilFinish);
    daemon(end);
    try {
      while (!stop.isRequested()) {
        if (end.isDone()) {
          end.get();
          throw new IllegalStateException("Cannot follow: the pipeline ended by itself");
        }
        Thread.sleep(POLL.toMillis());
      }
      drain.toEnd();
      return result;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      cancel(result);
    }
  }

  private static Thread daemon(FutureTask<?> task) {
    return DaemonThread.start("millrace-pipeline", task);
  }

  private static PipelineResult await(Pipeline pipeline, Stop stop) throws Exception {
    Started started = new Started(pipeline);
    stop.setAction(started::cancel);
    return started.end();
  }

  /** A pipeline that runs in a thread of its own. */
  private static final class Started {
    private final AtomicReference<@Nullable PipelineResult> running = new AtomicReference<>();
    private final FutureTask<PipelineResult> task;
    private final Thread worker;

    Started(Pipeline pipeline) {
      task =
          new FutureTask<>(
              () -> {
                PipelineResult result = pipeline.run();
                running.set(result);
                result.waitUntilFinish();
                return result;
              });
      worker = daemon(task);
    }

    /**
     * Flink blocks in run() and is ended by the interrupt; the direct runner has a result to
     * cancel.
     */
    void cancel() {
      PipelineRun.cancel(running.get());
      task.cancel(true);
    }

    void awaitItsThread() throws InterruptedException {
      worker.join(Drain.MOST.toMillis());
    }

    /**
     * @throws InterruptedException if it was cancelled
     */
    PipelineResult end() throws Exception {
      try {
        PipelineResult result = task.get();
        // A cancelled pipeline may end before its thread is interrupted.
        if (result.getState() == PipelineResult.State.CANCELLED) {
          throw new InterruptedException("stopped");
        }
        return result;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      } catch (CancellationException e) {
        awaitItsThread();
        throw new InterruptedException("stopped");
      }
    }
  }

  private static void cancel(@Nullable PipelineResult result) {
    if (result != null) {
      try {
        result.cancel();
      } catch (IOException | RuntimeException e) {
        LOG.debug("The runner did not take the cancellation", e);
      }
    }
  }

  /** What a pipeline counted. */
  public static Counts counts(PipelineResult result) {
    return new Counts(
        Measure.ROWS_READ.total(result, ""),
        Measure.ROWS_WRITTEN.total(result, ""),
        Measure.ROWS_REJECTED.total(result, ""),
        Measure.BLOCKS.total(result, ""),
        Measure.BYTES.total(result, ""));
  }
}
