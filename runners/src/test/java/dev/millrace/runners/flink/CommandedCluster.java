// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.sync.WrittenTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A cluster of processes, the commands about its jobs in a world of their own, and its deaths. */
public final class CommandedCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path state;
  private final FlinkCluster cluster;
  private final int slots;

  private CommandedCluster(Path state, FlinkCluster cluster, int slots) {
    this.state = state;
    this.cluster = cluster;
    this.slots = slots;
  }

  /** Starts one that keeps all that is known of it, and of its jobs, in a folder. */
  public static CommandedCluster start(Path state, int taskManagers, int slots) throws Exception {
    FlinkCluster cluster = FlinkCluster.in(state.resolve("millrace").resolve("flink"));
    cluster.up(
        new FlinkCluster.Settings(Packaged.flinkJars(), taskManagers, slots, 0, 512), () -> false);
    return new CommandedCluster(state, cluster, taskManagers * slots);
  }

  public String address() throws IOException {
    return cluster.state().orElseThrow().address();
  }

  public FlinkRest rest() throws IOException {
    return cluster.state().orElseThrow().rest();
  }

  /** Where a user's own state would be. */
  Path state() {
    return state;
  }

  public TestConsole console(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("XDG_STATE_HOME", state.toString());
    return new TestConsole(state.resolve("no-such-folder"), environment);
  }

  /** Runs a command that is to do what it says, and returns what it printed. */
  public TestConsole run(String... words) {
    TestConsole console = console(Map.of());
    int code = console.run(words);
    assertThat(code).as(console.out() + console.err()).isEqualTo(ExitCode.DONE);
    return console;
  }

  /** The same, with the answer as an object. */
  public JsonNode ask(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--json");
    return run(all.toArray(String[]::new)).json();
  }

  /** Runs a command that is to refuse, and returns its sentence. */
  String refuse(int code, String... words) {
    TestConsole console = console(Map.of());
    assertThat(console.run(words)).as(console.out() + console.err()).isEqualTo(code);
    return console.err();
  }

  /** A command that goes on while others are run. */
  record Attached(TestConsole console, CompletableFuture<Integer> code) {
    void assertEnds(int wanted) throws Exception {
      assertThat(code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as(console.out() + console.err())
          .isEqualTo(wanted);
    }
  }

  /** Starts one that says itself where it runs. */
  Attached start(List<String> words) {
    TestConsole console = console(Map.of());
    return new Attached(
        console, CompletableFuture.supplyAsync(() -> console.run(words.toArray(String[]::new))));
  }

  /** The option that means this cluster. */
  public String runner() throws IOException {
    return "--runner=flink://" + address();
  }

  /** The one job that has not ended. */
  String job() throws IOException {
    List<FlinkRest.Job> jobs = JobsCommand.running(rest());
    assertThat(jobs).hasSize(1);
    return jobs.get(0).id();
  }

  /** Waits until the job runs in all its parts. */
  void awaitRunning(String job) throws Exception {
    WrittenTable.await(
        () -> {
          FlinkRest.JobDetails details = rest().job(job).orElseThrow();
          return details.job().state().equals("RUNNING")
              && details.tasksActive() == details.tasks();
        },
        PATIENCE);
  }

  /** Waits until a checkpoint was complete after a number. */
  long awaitCheckpoint(String job, long after) throws Exception {
    WrittenTable.await(() -> checkpoint(job) > after, PATIENCE);
    return checkpoint(job);
  }

  long checkpoint(String job) throws IOException {
    return rest().checkpoints().last(job).map(last -> last.id()).orElse(0L);
  }

  /** Kills a process of the cluster, which starts another in its place. */
  public void kill(String name) throws Exception {
    awaitProcess(name);
    ProcessHandle process = process(name).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(10, TimeUnit.SECONDS);
  }

  /** Waits until a process is there: the one before may have been killed a moment ago. */
  public void awaitProcess(String name) throws Exception {
    WrittenTable.await(() -> process(name).isPresent(), PATIENCE);
  }

  public long pid(String name) throws IOException {
    return process(name).orElseThrow().pid();
  }

  private Optional<ProcessHandle> process(String name) throws IOException {
    return cluster.state().orElseThrow().members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .flatMap(member -> ProcessHandle.of(member.pid()));
  }

  /** Kills the JobManager, and waits until the next one has all the slots, free. */
  public void killJobManager() throws Exception {
    kill("jobmanager");
    awaitFreeSlots();
  }

  /** Waits until nobody works on the slots, and all are there. */
  public void awaitFreeSlots() throws Exception {
    WrittenTable.await(() -> rest().overview().freeSlots() == slots, PATIENCE);
  }

  @Override
  public void close() throws IOException {
    try {
      cluster.down();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot end the cluster: interrupted", e);
    }
  }
}
