// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.benchmarks.measure.CommandRun;
import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.benchmarks.measure.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Copies one table to another by the command, while nobody looks and while it is watched in every
 * way, in rounds of one after the other; each in a fresh process.
 *
 * <p>Rerun: {@code ./millrace bench watching --rows=5000000 --rounds=12}.
 */
public final class WatchBench {

  private static final Duration DEADLINE = Duration.ofHours(1);

  private final Options options;
  private final Server server;
  private final Tables tables;
  private final Path folder;

  /**
   * What to measure.
   *
   * @param rows of the table
   * @param rounds at least 2
   * @param parallelism of the copies
   * @param watches in what ways to look; {@link Watch#UNWATCHED} is always measured
   * @param command starts the command as a process
   */
  public record Options(
      long rows, int rounds, int parallelism, Set<Watch> watches, MillraceCommand command) {

    public Options {
      if (rows < 1 || rounds < 2 || parallelism < 1) {
        throw new IllegalArgumentException(
            "Invalid numbers: %d rows, %d rounds, parallelism %d (must be 1 or more, and 2 rounds)"
                .formatted(rows, rounds, parallelism));
      }
      TreeSet<Watch> all = new TreeSet<>(watches);
      all.add(Watch.UNWATCHED);
      watches = Collections.unmodifiableSet(all);
    }
  }

  private WatchBench(Options options, Server server, Tables tables, Path folder) {
    this.options = options;
    this.server = server;
    this.tables = tables;
    this.folder = folder;
  }

  /**
   * Measures. Nothing stays behind.
   *
   * @param progress is told what happens next or what came out
   * @throws IllegalStateException if a copy fails or is not the source, or could not be watched
   */
  public static WatchResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    List<WatchResult.Run> runs = new ArrayList<>();
    try (TemporaryFolder folder = TemporaryFolder.create("millrace-bench-watching-");
        Server server = Server.of(null);
        Tables tables = Tables.create(server.spec(), Set.of(options.rows()), progress)) {
      WatchBench bench = new WatchBench(options, server, tables, folder.path());
      List<Watch> order = new ArrayList<>(options.watches());
      for (int round = 1; round <= options.rounds(); round++) {
        for (Watch watch : order) {
          WatchResult.Run run = bench.measure(watch, round);
          progress.accept(
              "round %d of %d: %s, %.2f s, %.2f s of a processor"
                  .formatted(round, options.rounds(), watch, run.seconds(), run.cpuSeconds()));
          runs.add(run);
        }
        Collections.reverse(order);
      }
    }
    return new WatchResult(options.rows(), options.parallelism(), runs);
  }

  private WatchResult.Run measure(Watch watch, int round)
      throws IOException, SQLException, InterruptedException {
    tables.reset(Mode.APPEND, options.rows(), false);
    CommandRun run = watch == Watch.UNWATCHED ? unwatched() : watched(watch);
    JsonNode summary = run.mustSummary();
    tables.verify(Mode.APPEND, options.rows(), false);
    return new WatchResult.Run(
        watch,
        round,
        summary.required("seconds").asDouble(),
        run.seconds(),
        run.cpuSeconds(),
        run.peakRssBytes());
  }

  private CommandRun unwatched() throws IOException, InterruptedException {
    return CommandRun.of(command(List.of()), DEADLINE);
  }

  private CommandRun watched(Watch watch) throws IOException, InterruptedException {
    try (Viewer viewer = new Viewer()) {
      List<String> more = new ArrayList<>();
      more.add("--history=" + folder.resolve("history.db"));
      more.add("--dashboard=" + viewer.dashboardPort());
      if (watch == Watch.RECORDED) {
        more.add("--record=" + folder);
      }
      ProcessBuilder command = command(more);
      command.environment().put("MILLRACE_METRICS_PORT", Integer.toString(viewer.metricsPort()));
      CommandRun run = CommandRun.of(command, DEADLINE);
      if (run.summary() != null && (viewer.followedBytes() == 0 || viewer.scrapedBytes() == 0)) {
        throw new IllegalStateException(
            "Cannot measure what it costs to watch: nothing was seen of a copy of %.1f s"
                .formatted(run.seconds()));
      }
      return run;
    }
  }

  private ProcessBuilder command(List<String> more) {
    return server.sync(
        options.command(),
        List.of("-Xmx" + CopyBench.Options.defaults().heap().bytes()),
        options.rows(),
        options.parallelism(),
        more);
  }
}
