// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.contention.ContentionBench;
import dev.millrace.benchmarks.copy.CopyBench;
import dev.millrace.control.ByteSize;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.SizeConverter;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace bench}. */
@Command(
    name = "bench",
    description = "Measures a baseline against Millrace, in one run, on the same data.")
public final class BenchCommand extends RunCommand {

  private final Children children;

  @Parameters(
      paramLabel = "SCENARIO",
      arity = "0..1",
      description = {
        "copy (the default): a table copied by JdbcIO, by Millrace and by raw pipes;",
        "memory: the heap that Millrace needs for a table and for one ten times as long;",
        "ledger: what --mode=ledger costs beside append;",
        "cluster: appending on a Flink cluster beside raw pipes;",
        "incremental: what is new by a cursor, beside a copy of the whole table;",
        "verify: what it costs to compare two tables, beside the plain aggregate over both;",
        "connections: many writers on a server with few connections, by JdbcIO and by Millrace;",
        "ceiling: many processes below one ceiling on connections, also in trouble;",
        "caching: rows enriched from a table, by a query a row, with a cache, and by Millrace;",
        "blocks: one copy with blocks of several sizes, and the smallest that is nearly as fast;",
        "contention: work that computes, holds much and waits, in one JVM, with pools and without;",
        "backfill: months of the medallion by JdbcIO and by backfill, in one JVM and in many;",
        "hourly: what stays in memory of one hourly run after another, in each way to run them;",
        "follow: how soon what is committed in a followed table is committed in its copy;",
        "watching: what it costs a copy to be watched by history, dashboard and metrics;",
        "kills: copies that are killed and finished, and whether each row is there once."
      })
  String scenario = "copy";

  private static final long BLOCKS_ROWS = 3_000_000;
  private static final long MEMORY_ROWS = 1_000_000;
  private static final long VERIFY_ROWS = 1_000_000;
  private static final long KILL_ROWS = 300_000;
  private static final long CONNECTIONS_ROWS = 3_000_000;
  private static final long CACHING_ROWS = 5_000_000;
  private static final long BACKFILL_ROWS = 500_000;
  private static final long HOURLY_ROWS = 100_000;
  private static final long INCREMENTAL_ROWS = 10_000_000;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = {
        "Rows to copy; default: 5000000, for memory 1000000 and ten times as many, for",
        "incremental 10000000 and a tenth, for verify 1000000, for connections 3000000,",
        "for backfill 500000, for hourly 100000 before the first run, for kills 300000."
      })
  @Nullable Long rows;

  @Option(
      names = "--baseline-rows",
      paramLabel = "N",
      description = "Rows that JdbcIO copies, at most; default: 1000000.")
  long baselineRows = 1_000_000;

  @Option(
      names = "--baseline-windows",
      paramLabel = "N",
      description = "For backfill: months that JdbcIO makes, at most; default: all.")
  @Nullable Integer baselineWindows;

  @Option(
      names = "--heaps",
      description = "For backfill: find the smallest heap that suffices, instead of the time.")
  boolean heaps;

  @Option(
      names = "--bytes",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = {
        "For memory: instead of copies, generate so much, as in 5GiB or 100GiB, with a heap of",
        "256MiB."
      })
  @Nullable ByteSize bytes;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds; default: 3.")
  int rounds = 3;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "For hourly: runs of each contender, 30 or more; default: 200.")
  int runs = 200;

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "Who takes part, as in pipe,millrace-direct; default: all.")
  List<String> contenders = List.of();

  @Option(
      names = "--modes",
      split = ",",
      paramLabel = "MODE",
      description = "append, upsert or both; default: both.")
  List<String> modes = List.of();

  @Option(
      names = "--kills",
      split = ",",
      paramLabel = "KIND=N",
      description = {
        "What to kill how often, as in client=50,after-data=5; default: every kind, 125 kills",
        "in all, about half an hour."
      })
  Map<String, Integer> kills = Map.of();

  public BenchCommand(Console console, Children children) {
    super(console);
    this.children = children;
  }

  @Override
  protected void check(CommonOptions options) {
    if (options.runner.isCluster()) {
      throw new UsageException(
          "Invalid --runner: %s (must be left out: bench starts each contender itself)"
              .formatted(options.runner));
    }
    options.mustNotRecord("with bench, which has fresh processes do the work");
  }

  @Override
  protected String pipeline() {
    return "bench " + scenario;
  }

  @Override
  protected Work work() {
    Work chosen = chosen();
    return run -> {
      // What it has started ends with it: processes, servers, clusters.
      run.stop().setAction(Thread.currentThread()::interrupt);
      return chosen.run(run);
    };
  }

  private Work chosen() {
    return switch (scenario) {
      case "copy" ->
          new BenchWork(
              rows == null ? CopyBench.Options.defaults().rows() : rows,
              baselineRows,
              rounds,
              contenders,
              modes);
      case "memory" ->
          bytes == null
              ? new MemoryWork(rows == null ? MEMORY_ROWS : rows, contenders)
              : new StreamBenchWork(bytes, contenders);
      case "blocks" -> new BlockSizeBenchWork(rows == null ? BLOCKS_ROWS : rows, rounds);
      case "ledger" ->
          new LedgerBenchWork(
              rows == null ? CopyBench.Options.defaults().rows() : rows, rounds, contenders);
      case "cluster" ->
          new ClusterBenchWork(
              rows == null ? CopyBench.Options.defaults().rows() : rows, rounds, children);
      case "incremental" ->
          new IncrementalBenchWork(rows == null ? INCREMENTAL_ROWS : rows, rounds);
      case "verify" -> new VerifyBenchWork(rows == null ? VERIFY_ROWS : rows, rounds);
      case "connections" ->
          new ConnectionsBenchWork(rows == null ? CONNECTIONS_ROWS : rows, rounds, contenders);
      case "caching" ->
          new CachingBenchWork(rows == null ? CACHING_ROWS : rows, rounds, contenders);
      case "contention" ->
          new ContentionBenchWork(
              rows == null ? ContentionBench.Options.defaults().rows() : rows, rounds, contenders);
      case "ceiling" -> new CeilingBenchWork(contenders);
      case "backfill" ->
          new BackfillBenchWork(
              rows == null ? BACKFILL_ROWS : rows,
              rounds,
              baselineWindows,
              heaps,
              contenders,
              children);
      case "hourly" ->
          new HourlyBenchWork(rows == null ? HOURLY_ROWS : rows, runs, contenders, children);
      case "follow" -> new FollowBenchWork(children);
      case "watching" ->
          new WatchBenchWork(
              rows == null ? CopyBench.Options.defaults().rows() : rows,
              rounds,
              contenders,
              children);
      case "kills" -> new KillsWork(rows == null ? KILL_ROWS : rows, kills, children);
      default ->
          throw new UsageException(
              "Invalid scenario: "
                  + scenario
                  + " (must be copy, blocks, memory, ledger, cluster, incremental, verify, connections,"
                  + " ceiling, caching, contention, backfill, hourly, follow, watching or kills)");
    };
  }
}
