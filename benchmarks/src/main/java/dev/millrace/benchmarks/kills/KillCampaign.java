// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import static java.util.Objects.requireNonNull;

import dev.millrace.benchmarks.kills.KillReport.Struck;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies a table in ledger mode again and again by a process of the command, kills it on the way,
 * starts it again, and compares at the end.
 */
public final class KillCampaign {

  /** Kills of one copy, so that an attempt also goes on where a second one was killed. */
  private static final int KILLS_A_COPY = 5;

  /** Then it is left alone: a kill may strike before anything is committed, again and again. */
  private static final int ATTEMPTS_A_COPY = 12;

  private static final int BLOCK_BYTES = 64 << 10;
  private static final int ROW_BYTES = 120;

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
      Map<Kill, Integer> kills, long rows, long seed, Path flinkJars, Command command) {
    public Options {
      kills = Map.copyOf(kills);
    }
  }

  /** Starts {@code millrace} as a process of its own. */
  @FunctionalInterface
  public interface Command {
    /**
     * A process to be started.
     *
     * @param jvmFlags of the process
     * @param arguments of the command
     */
    ProcessBuilder with(List<String> jvmFlags, List<String> arguments);
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
      for (Kill kill : Kill.values()) {
        int wanted = options.kills().getOrDefault(kill, 0);
        int before = campaign.struck.size();
        while (campaign.struck.size() - before < wanted) {
          campaign.copy(kill, wanted - (campaign.struck.size() - before));
        }
      }
      return new KillReport(options.rows(), campaign.copies, campaign.struck, campaign.verdict);
    }
  }

  /** One copy, killed until it was often enough, and finished. */
  private void copy(Kill kill, int wanted) throws IOException, SQLException, InterruptedException {
    tables.reset();
    int before = struck.size();
    boolean done = false;
    for (int attempts = 0; !done; attempts++) {
      int left = Math.min(wanted, KILLS_A_COPY) - (struck.size() - before);
      done = attempt(kill, attempts < ATTEMPTS_A_COPY ? left : 0);
    }
    copies++;
    Verdict found = tables.verdict();
    verdict = verdict.plus(found);
    progress.accept(
        "copy %d, %s, killed %d times: %s".formatted(copies, kill, struck.size() - before, found));
  }

  /**
   * Starts the command once.
   *
   * @param left how often to kill at most
   * @return whether the copy is finished
   */
  private boolean attempt(Kill kill, int left)
      throws IOException, SQLException, InterruptedException {
    if (kill.needsCluster()) {
      cluster().awaitSlots();
    }
    Path log = Files.createTempFile("millrace-kill-", ".log");
    Process process =
        options
            .command()
            .with(left > 0 ? flags(kill) : List.of(), arguments(kill))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean strikes = kill.point() == null;
      for (int kills = 0; strikes && kills < left && process.isAlive(); kills++) {
        strikes = strike(process, kill);
      }
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "Cannot go on: an attempt hangs after " + kill + "; it printed " + tail(log));
      }
      boolean finished = process.exitValue() == 0;
      if (!finished && left <= 0) {
        throw new IllegalStateException(
            "Cannot go on: an attempt that nobody killed failed and printed " + tail(log));
      }
      if (!finished && kill.point() != null) {
        count(kill);
      }
      return finished;
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(log);
    }
  }

  /** A kill counts when it struck a copy that had begun and not ended. */
  private void count(Kill kill) throws SQLException {
    long committed = tables.committed();
    if (committed > 0 && committed < options.rows()) {
      struck.add(new Struck(kill, committed));
    }
  }

  private List<String> flags(Kill kill) {
    return kill.point() == null
        ? List.of()
        : List.of("-Dmillrace.halt=" + kill.point() + ":" + (1 + random.nextInt(passes(kill))));
  }

  /** How often an attempt passes a point at most, about: a transaction takes some blocks. */
  private int passes(Kill kill) {
    int blocks = (int) (options.rows() * ROW_BYTES / BLOCK_BYTES);
    return Math.max(2, kill == Kill.BETWEEN_BLOCKS ? blocks : blocks / 8);
  }

  private List<String> arguments(Kill kill) {
    return List.of(
        "sync",
        "--runner=" + (kill.needsCluster() ? "flink://" + cluster().address() : "direct"),
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
   * @return false when the process was sooner
   */
  private boolean strike(Process process, Kill kill)
      throws IOException, SQLException, InterruptedException {
    long before = tables.committed();
    // Anywhere in what is left, more often early, so that a copy survives some kills.
    double part = Math.pow(random.nextDouble(), 2);
    long rows = before + (long) (part * (options.rows() - before));
    try (Connection connection = tables.connect();
        Statement statement = connection.createStatement()) {
      while (tables.entered(statement) <= rows) {
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
    count(kill);
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
