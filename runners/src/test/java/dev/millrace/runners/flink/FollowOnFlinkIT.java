// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.sync.WrittenTable;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A followed table on a cluster, through all that its job may meet with while rows are written. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class FollowOnFlinkIT {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @SuppressWarnings("NullAway.Init") // started before each test
  private static CommandedCluster cluster;

  @BeforeAll
  static void up(@TempDir Path state) throws Exception {
    cluster = CommandedCluster.start(state, 1, 2);
  }

  /** What a test that failed left running would be in the way of the next. */
  @AfterEach
  void cancelAll() throws Exception {
    for (FlinkRest.Job job : JobsCommand.running(cluster.rest())) {
      cluster.rest().cancel(job.id());
    }
    cluster.awaitFreeSlots();
  }

  @AfterAll
  static void down() throws Exception {
    cluster.close();
  }

  private static WrittenTable table(boolean change) {
    return new WrittenTable(SOURCE.jdbcUrl(), TARGET.jdbcUrl(), change);
  }

  private static List<String> follow(WrittenTable table) throws Exception {
    List<String> words = new ArrayList<>(table.follow());
    words.add(cluster.runner());
    return words;
  }

  /**
   * Stops, resumes, kills and cancels, and compares at the end.
   *
   * @param lose whether the JobManager dies as well, of which the TaskManagers hear after 20 s
   */
  private static void survive(WrittenTable table, boolean lose) throws Exception {
    table.create(2000);
    table.startWriters();
    CommandedCluster.Attached attached = cluster.start(follow(table));
    table.awaitMore(1500, PATIENCE);
    String first = cluster.job();

    // Stopped by somebody else, it ends in order; it goes on from there with fewer slots.
    JsonNode stopped = cluster.ask("flink", "stop", first.substring(0, 6));
    attached.assertEnds(ExitCode.DONE);
    assertThat(attached.console().out())
        .contains("was stopped with the savepoint " + stopped.get("savepoint").asText())
        .contains("sync stopped in");
    String job =
        cluster.ask("flink", "resume", "--parallelism=1", "--detached").get("job_id").asText();
    assertThat(cluster.rest().job(job).orElseThrow().job().state()).isEqualTo("RUNNING");
    table.awaitMore(50, PATIENCE);

    cluster.kill("taskmanager-1");
    WrittenTable.await(() -> cluster.rest().restarts(job) > 0, PATIENCE);
    table.awaitMore(50, PATIENCE);
    cluster.awaitCheckpoint(job, 0);
    tell(job);

    CommandedCluster.Attached resumed = lose ? loseAndResume(job) : stopAndResume(job);
    table.awaitMore(50, PATIENCE);

    try (Connection holder = table.lockCopy()) {
      WrittenTable.await(table::isWaitedFor, PATIENCE);
      String id = cluster.job();
      CompletableFuture<JsonNode> cancel = CompletableFuture.supplyAsync(() -> cancel(id));
      WrittenTable.await(() -> state(id).equals("CANCELLING"), PATIENCE);
      holder.rollback();
      assertThat(cancel.get(1, TimeUnit.MINUTES).get("state").asText()).isEqualTo("CANCELED");
    }
    resumed.assertEnds(ExitCode.FAILED);
    assertThat(resumed.console().err())
        .contains("was cancelled on the cluster", "millrace flink resume ");

    cluster.run("flink", "resume", "--detached");
    table.endWriters();
    table.awaitSame(PATIENCE);
    assertThat(table.verdict()).isEqualTo(WrittenTable.Verdict.CLEAN);
    cluster.run("flink", "cancel", cluster.job());
    cluster.awaitFreeSlots();
  }

  private static CommandedCluster.Attached stopAndResume(String job) throws Exception {
    cluster.run("flink", "stop", job);
    return resume(job);
  }

  /** The next JobManager does not know the job; its checkpoint is where it was. */
  private static CommandedCluster.Attached loseAndResume(String job) throws Exception {
    cluster.killJobManager();
    assertThat(cluster.rest().job(job)).isEmpty();
    return resume(job);
  }

  private static CommandedCluster.Attached resume(String job) {
    return cluster.start(List.of("flink", "resume", Submission.brief(job), "--parallelism=2"));
  }

  @Test
  void follow_shouldHaveEachRowOnce_whateverItsJobMeetsWith() throws Exception {
    try (WrittenTable table = table(false)) {
      survive(table, false);
    }
  }

  @Tag("chaos")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void follow_shouldHaveEachRowOnce_whenItsJobManagerDies(boolean change) throws Exception {
    try (WrittenTable table = table(change)) {
      survive(table, true);
    }
  }

  @Tag("chaos")
  @Test
  void sync_shouldNameTheCommandThatGoesOn_whenItsJobManagerDies() throws Exception {
    try (WrittenTable table = table(false)) {
      table.create(100);
      CommandedCluster.Attached attached = cluster.start(follow(table));
      table.awaitMore(100, PATIENCE);
      String job = cluster.job();
      cluster.killJobManager();
      attached.assertEnds(ExitCode.FAILED);
      assertThat(attached.console().err())
          .contains(
              "no longer knows it, as after the death of a JobManager; go on with"
                  + " `millrace flink resume "
                  + Submission.brief(job)
                  + "`");
    }
  }

  /** What the commands tell of a job that was restarted and has a checkpoint. */
  private static void tell(String job) throws Exception {
    JsonNode listed = cluster.ask("flink", "list").get("jobs").get(0);
    assertThat(listed.get("id").asText()).isEqualTo(job);
    assertThat(listed.get("state").asText()).isEqualTo("RUNNING");
    assertThat(listed.get("restarts").asLong()).isPositive();
    assertThat(listed.get("checkpoint").get("path").asText()).contains(job);
    assertThat(listed.get("checkpoint").get("age_seconds").asDouble()).isBetween(0.0, 60.0);
    assertThat(cluster.ask("flink", "list", "--all").get("jobs")).hasSizeGreaterThan(1);
    assertThat(cluster.run("flink", "list").out()).contains(job + "  RUNNING", "checkpoint ");

    assertThat(cluster.run("flink", "logs").out())
        .contains("jobmanager")
        .containsPattern("taskmanager-1-[2-9]");
    assertThat(cluster.run("flink", "logs", "jobmanager", "--lines=3").out().lines()).hasSize(3);
    assertThat(cluster.run("flink", "logs", job).out()).contains("failures known: 1", "Exception");

    assertThat(cluster.refuse(ExitCode.USAGE, "flink", "cancel", "nobody"))
        .startsWith(
            "Invalid job: nobody (must be the id, the beginning of one or the name of a job: ")
        .contains(job);
    assertThat(cluster.refuse(ExitCode.FAILED, "flink", "resume"))
        .startsWith("Cannot resume ")
        .contains("it runs on");
    String nowhere = cluster.refuse(ExitCode.FAILED, "flink", "stop", job, "--savepoint=/dev/null");
    assertThat(nowhere)
        .startsWith("Cannot stop job " + job + ": its savepoint failed, and it goes");
    assertThat(cluster.rest().job(job).orElseThrow().job().state()).isEqualTo("RUNNING");
  }

  private static JsonNode cancel(String id) {
    try {
      return cluster.ask("flink", "cancel", id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String state(String id) throws Exception {
    return cluster.rest().job(id).orElseThrow().job().state();
  }

  @Tag("chaos")
  @Test
  void resume_shouldGoOn_whateverTheLedgerDidSinceTheSavepoint() throws Exception {
    try (WrittenTable table = table(false)) {
      table.create(2000);
      table.startWriters();
      submit(table, "--parallelism=2");
      table.awaitMore(1500, PATIENCE);
      String first = cluster.ask("flink", "stop", cluster.job()).get("savepoint").asText();

      // Another attempt, which knows nothing of the savepoint.
      submit(table);
      table.awaitMore(50, PATIENCE);
      cluster.run("flink", "cancel", cluster.job());
      cluster.run("flink", "resume", "--from=" + first, "--detached");
      table.awaitMore(50, PATIENCE);
      String second = cluster.ask("flink", "stop", cluster.job()).get("savepoint").asText();

      // A run that ends the window which the savepoint is of.
      List<String> once = new ArrayList<>(table.follow());
      once.removeAll(List.of("--follow", "--poll=100ms"));
      cluster.run(once.toArray(String[]::new));
      CommandedCluster.Attached resumed = cluster.start(List.of("flink", "resume"));
      table.awaitMore(50, PATIENCE);
      cluster.run("flink", "cancel", cluster.job());
      resumed.assertEnds(ExitCode.FAILED);
      assertThat(resumed.console().err()).contains("it goes on from the ledger instead");

      List<String> old = new ArrayList<>(follow(table));
      old.add("--from-savepoint=" + second);
      CommandedCluster.Attached refused = cluster.start(old);
      refused.assertEnds(ExitCode.FAILED);
      assertThat(refused.console().err())
          .contains("Cannot follow public.item from this savepoint: it is of window 1 begun ")
          .contains("run it without a savepoint, and it goes on from the ledger");

      submit(table);
      table.endWriters();
      table.awaitSame(PATIENCE);
      assertThat(table.verdict()).isEqualTo(WrittenTable.Verdict.CLEAN);
      cluster.run("flink", "cancel", cluster.job());
      cluster.awaitFreeSlots();
    }
  }

  private static String submit(WrittenTable table, String... more) throws Exception {
    List<String> words = follow(table);
    words.addAll(List.of(more));
    words.addAll(List.of("--detached", "--json"));
    TestConsole submitted = cluster.run(words.toArray(String[]::new));
    return submitted.json().get("job_id").asText();
  }
}
