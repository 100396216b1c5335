// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import static java.util.Objects.requireNonNull;

import dev.millrace.benchmarks.kills.KillReport.Struck;
import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Copies a table in ledger mode again and again by a process of the command, kills it on the way,
 * starts it again, and compares at the end. Rerun: {@code millrace bench kills}.
 */
public final class KillCampaign {

  /** Kills of one copy, so that an attempt also goes on where a second one was killed. */
  private static final int KILLS_A_COPY = 5;

  /** Then it is left alone: a kill may strike before anything is committed, again and again. */
  private static final int ATTEMPTS_A_COPY = 12;

  /** The exit code of a process that halted at a point, or was killed. */
  private static final int KILLED = 137;

  private static final int BLOCK_BYTES = 64 << 10;
  private static final int ROW_BYTES = 120;

  /** What a transaction waits for. On a cluster a bundle is long, and so is a transaction. */
  private static final Duration WAIT = Duration.ofMillis(30);

  private static final Duration WAIT_ON_CLUSTER = Duration.ofMillis(300);

  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private final Options options;
  private final Consumer<String> progress;
  private final LocalPostgres server;
  private final @Nullable KillCluster cluster;
  private final KillTables tables;
  private final Random random;
  private final List<Struck> struck = new ArrayList<>();
  private Verdict verdict = Verdict.CLEAN;
  private int copies;

  /**
   * What to do.
   *
   * @param kills how often to kill what
   * @param rows of the source
   * @param seed of the moments
   * @param flinkJars the folder with Flink's jars, for a cluster where one is needed
   * @param command starts the command as a process
   */
  public record Options(
      Map<Kill, Integer> kills, long rows, long seed, Path flinkJars, MillraceCommand command) {
    public Options {
      kills = Map.copyOf(kills);
    }
  }

  private KillCampaign(
      Options options,
      Consumer<String> progress,
      LocalPostgres server,
      @Nullable KillCluster cluster,
      KillTables tables) {
    this.options = options;
    this.progress = progress;
    this.server = server;
    this.cluster = cluster;
    this.tables = tables;
    this.random = new Random(options.seed());
  }

  /**
   * Runs a campaign on a server of its own that keeps what it has committed.
   *
   * @throws IllegalStateException when an attempt that nobody killed fails
   */
  public static KillReport run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    boolean needsCluster = options.kills().keySet().stream().anyMatch(Kill::needsCluster);
    try (LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable());
        KillCluster cluster = needsCluster ? KillCluster.start(options.flinkJars()) : null) {
      KillTables tables = KillTables.create(ConnectionSpec.of(server.jdbcUrl()), options.rows());
      KillCampaign campaign = new KillCampaign(options, progress, server, cluster, tables);
      tables.slowDown(WAIT);
      campaign.strikeAll(kill -> !kill.needsCluster());
      tables.slowDown(WAIT_ON_CLUSTER);
      campaign.strikeAll(Kill::needsCluster);
      return new KillReport(options.rows(), campaign.copies, campaign.struck, campaign.verdict);
    }
  }

  /** Makes copies until every kill of a place has struck; a copy meets kills of several kinds. */
  private void strikeAll(Predicate<Kill> here)
      throws IOException, SQLException, InterruptedException {
    List<Kill> all = new ArrayList<>();
    for (Kill kill : Kill.values()) {
      if (here.test(kill)) {
        all.addAll(Collections.nCopies(options.kills().getOrDefault(kill, 0), kill));
      }
    }
    Collections.shuffle(all, random);
    Deque<Kill> left = new ArrayDeque<>(all);
    while (!left.isEmpty()) {
      Deque<Kill> plan = new ArrayDeque<>();
      while (plan.size() < KILLS_A_COPY && !left.isEmpty()) {
        plan.add(left.remove());
      }
      copy(plan);
      left.addAll(plan);
    }
  }

  /** One copy, killed as planned, and finished. What has struck is no longer in the plan. */
  private void copy(Deque<Kill> plan) throws IOException, SQLException, InterruptedException {
    tables.reset();
    boolean onCluster = plan.element().needsCluster();
    long start = System.nanoTime();
    int before = struck.size();
    boolean done = false;
    for (int attempts = 0; !done; attempts++) {
      done = attempt(onCluster, attempts < ATTEMPTS_A_COPY ? plan : new ArrayDeque<>());
    }
    copies++;
    Verdict found = tables.verdict();
    verdict = verdict.plus(found);
    progress.accept(
        "copy %d in %d s, killed by %s: %s"
            .formatted(
                copies,
                Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                struck.subList(before, struck.size()).stream()
                    .map(each -> each.kill().toString())
                    .toList(),
                found));
  }

  /**
   * Starts the command once.
   *
   * @param plan what is to strike; several only where the process survives
   * @return whether the copy is finished
   */
  private boolean attempt(boolean onCluster, Deque<Kill> plan)
      throws IOException, SQLException, InterruptedException {
    if (onCluster) {
      cluster().awaitSlots();
    }
    Kill first = plan.peek();
    Path log = Files.createTempFile("millrace-kill-", ".log");
    Process process =
        options
            .command()
            .with(flags(plan), arguments(onCluster))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      for (Kill kill = first; kill != null && kill.point() == null; kill = plan.peek()) {
        if (!strike(process, kill, plan)) {
          break;
        }
      }
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "Cannot go on: an attempt hangs after " + first + "; it printed " + tail(log));
      }
      boolean finished = process.exitValue() == 0;
      boolean halts = first != null && first.point() != null;
      if (!finished && (first == null || (halts && process.exitValue() != KILLED))) {
        throw new IllegalStateException(
            "Cannot go on: an attempt that nobody killed failed and printed " + tail(log));
      }
      if (!finished && halts) {
        count(plan);
      }
      return finished;
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(log);
    }
  }

  /** The next kill of the plan counts when it struck a copy that had begun and not ended. */
  private void count(Deque<Kill> plan) throws SQLException {
    long committed = tables.committed();
    if (committed > 0 && committed < options.rows()) {
      struck.add(new Struck(plan.remove(), committed));
    }
  }

  private List<String> flags(Deque<Kill> plan) throws SQLException {
    Kill kill = plan.peek();
    if (kill == null || kill.point() == null) {
      return List.of();
    }
    double left = 1 - (double) tables.committed() / options.rows();
    int pass = 1 + (int) (part(plan) * left * passes(kill));
    return List.of("-Dmillrace.halt=" + kill.point() + ":" + pass);
  }

  /**
   * How much of what is left to let pass, so that the kills of a plan are spread evenly over it.
   */
  private double part(Deque<Kill> plan) {
    return 1 - Math.pow(random.nextDouble(), 1.0 / plan.size());
  }

  /** How often a copy passes a point, about: a transaction takes some blocks. */
  private int passes(Kill kill) {
    int blocks = (int) (options.rows() * ROW_BYTES / BLOCK_BYTES);
    return kill == Kill.BETWEEN_BLOCKS ? blocks : blocks / 4;
  }

  private List<String> arguments(boolean onCluster) {
    return List.of(
        "sync",
        "--runner=" + (onCluster ? "flink://" + cluster().address() : "direct"),
        "--source=" + server.jdbcUrl(),
        "--table=" + KillTables.SOURCE,
        "--target=" + server.jdbcUrl(),
        "--into=" + KillTables.TARGET,
        "--mode=ledger",
        "--block-size=" + BLOCK_BYTES + "B",
        "--parallelism=1");
  }

  /**
   * Waits for some more rows, and kills.
   *
   * @return whether the process goes on, to be struck again
   */
  private boolean strike(Process process, Kill kill, Deque<Kill> plan)
      throws IOException, SQLException, InterruptedException {
    long before = tables.committed();
    long rows = before + (long) (part(plan) * (options.rows() - before));
    try (Connection connection = tables.connect()) {
      while (tables.entered(connection) <= rows) {
        if (process.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
    }
    switch (kill) {
      case DATABASE -> {
        server.crash();
        server.restart();
      }
      case TASKMANAGER -> cluster().kill("taskmanager-" + (1 + random.nextInt(2)));
      case JOBMANAGER -> cluster().kill("jobmanager");
      default -> process.destroyForcibly().waitFor();
    }
    count(plan);
    return kill == Kill.TASKMANAGER;
  }

  private KillCluster cluster() {
    return requireNonNull(cluster);
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return String.join("; ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }
}
