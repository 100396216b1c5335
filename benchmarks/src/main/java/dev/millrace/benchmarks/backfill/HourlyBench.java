// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.backfill.HourlyResult.Turn;
import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.benchmarks.measure.OtherJvm;
import dev.millrace.benchmarks.measure.OtherJvm.Look;
import dev.millrace.benchmarks.measure.TemporaryFolder;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalPostgres;
import dev.millrace.local.flink.FlinkCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Delivers hours of bronze one by one and has silver and gold made of them after each: by stock
 * {@code JdbcIO} in one JVM, by {@code millrace hourly} in one JVM, in fresh ones and on a cluster.
 * What the process that stays holds is looked at every few runs. Heaps are fixed and touched from
 * the start, so that what grows is not the heap; what lives in it is asked for.
 *
 * <p>Rerun: {@code ./millrace bench hourly --rows=100000 --runs=200}.
 */
public final class HourlyBench {

  private static final int STATIONS = 12;
  private static final int HEAP_MIB = 512;
  private static final int SCHEDULER_HEAP_MIB = 64;
  private static final int STOCK_HEAP_MIB = 2048;

  /** What was slower than those before it, by a test, when it was not. */
  private static final int REGRESSION = 6;

  private final Options options;
  private final String jdbcUrl;
  private final Hours hours;
  private final Medallion medallion;
  private final Path state;
  private final Consumer<String> progress;

  private HourlyBench(Options options, String jdbcUrl, Path state, Consumer<String> progress) {
    ConnectionSpec server = ConnectionSpec.of(jdbcUrl);
    int days = (int) Math.max(2, options.rows() / STATIONS / 24);
    this.options = options;
    this.jdbcUrl = jdbcUrl;
    this.hours = new Hours(server, STATIONS, days * 24, options.runs());
    this.medallion = new Medallion(server);
    this.state = state;
    this.progress = progress;
  }

  /**
   * What to measure.
   *
   * @param rows of bronze that are there from the start, 1 or more and not counted out exactly
   * @param runs of each contender, an hour each, six times {@code every} or more
   * @param every how many runs memory is looked at, 1 or more
   * @param parallelism threads of the stock pipeline, and slots of the cluster, 1 or more
   * @param contenders who takes part
   * @param flinkJars the folder with Flink's jars
   * @param command starts {@code millrace} as a process
   */
  public record Options(
      long rows,
      int runs,
      int every,
      int parallelism,
      Set<HourlyContender> contenders,
      Path flinkJars,
      MillraceCommand command) {

    /** So that the second half of the runs has three looks, of which a trend is told. */
    private static final int LEAST_LOOKS = 6;

    public Options {
      if (rows < 1 || every < 1 || parallelism < 1) {
        throw new IllegalArgumentException(
            "Invalid numbers: %d rows, a look every %d runs, parallelism %d (must be 1 or more)"
                .formatted(rows, every, parallelism));
      }
      if (runs < LEAST_LOOKS * every) {
        throw new IllegalArgumentException(
            "Invalid number of runs: %d (must be %d or more: memory is looked at every %d)"
                .formatted(runs, LEAST_LOOKS * every, every));
      }
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
    }
  }

  /**
   * Measures, on a server of its own.
   *
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a run fails, or what one contender made is not what others did
   */
  public static HourlyResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    try (TemporaryFolder state = TemporaryFolder.create("millrace-hourly-");
        LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable())) {
      HourlyBench bench = new HourlyBench(options, server.jdbcUrl(), state.path(), progress);
      bench.hours.create(progress);
      List<HourlyResult.Line> lines = new ArrayList<>();
      for (HourlyContender contender : options.contenders()) {
        lines.add(bench.measure(contender));
      }
      return new HourlyResult((long) STATIONS * bench.hours.before(), options.runs(), lines);
    }
  }

  private HourlyResult.Line measure(HourlyContender contender)
      throws IOException, SQLException, InterruptedException {
    medallion.reset();
    hours.takeBack();
    Path folder = Files.createDirectory(state.resolve(contender.toString()));
    if (contender != HourlyContender.MILLRACE_FLINK) {
      try (HourlyTurns turns = turns(contender, folder)) {
        return measure(contender, turns);
      }
    }
    FlinkCluster cluster = FlinkCluster.in(folder.resolve("cluster"));
    FlinkCluster.State up =
        cluster.up(
            new FlinkCluster.Settings(
                options.flinkJars(), 1, options.parallelism(), 0, 2 * HEAP_MIB),
            () -> false);
    try (HourlyTurns turns = onCluster(up, folder)) {
      return measure(contender, turns);
    } finally {
      cluster.down();
    }
  }

  private HourlyTurns turns(HourlyContender contender, Path folder) throws IOException {
    HourlyTurns.Environment environment = new HourlyTurns.Environment(folder);
    return switch (contender) {
      case NAIVE -> HourlyTurns.naive(jdbcUrl, options.parallelism(), heap(STOCK_HEAP_MIB));
      case MILLRACE_SCHEDULE ->
          HourlyTurns.scheduled(
              options.command(), environment, heap(SCHEDULER_HEAP_MIB), options.runs(), words());
      default -> HourlyTurns.repeated(options.command(), environment, heap(HEAP_MIB), words());
    };
  }

  private HourlyTurns onCluster(FlinkCluster.State cluster, Path folder) throws IOException {
    List<String> words = new ArrayList<>(words());
    words.add("--runner=flink://" + cluster.address());
    long taskManager =
        cluster.members().stream()
            .filter(member -> member.name().startsWith("taskmanager"))
            .findFirst()
            .orElseThrow()
            .pid();
    return HourlyTurns.onCluster(
        HourlyTurns.repeated(
            options.command(), new HourlyTurns.Environment(folder), heap(HEAP_MIB), words),
        taskManager);
  }

  private List<String> words() {
    return List.of("hourly", "--target=" + jdbcUrl, "--quiet", "--fail-on-regression");
  }

  private static List<String> heap(int mebibytes) {
    long bytes = ByteSize.ofMebibytes(mebibytes).bytes();
    return List.of("-Xms" + bytes, "-Xmx" + bytes, "-XX:+AlwaysPreTouch");
  }

  private HourlyResult.Line measure(HourlyContender contender, HourlyTurns turns)
      throws IOException, SQLException, InterruptedException {
    List<Turn> all = new ArrayList<>();
    OtherJvm jvm = null;
    try {
      for (int number = 0; number < options.runs(); number++) {
        hours.deliver(number);
        long start = System.nanoTime();
        int exitCode = turns.next(hours.day(number));
        double seconds = (System.nanoTime() - start) / 1e9;
        if (exitCode != 0 && exitCode != REGRESSION) {
          throw new IllegalStateException(
              "Cannot trust %s: its run %d ended with exit code %d; it said: %s"
                  .formatted(contender, number + 1, exitCode, turns.said()));
        }
        Look look = null;
        // After its last run a scheduler has ended.
        if ((number + 1) % options.every() == 0 && number + 1 < options.runs()) {
          jvm = jvm == null ? OtherJvm.of(turns.pid()) : jvm;
          look = jvm.look();
        }
        all.add(new Turn(number + 1, seconds, exitCode == REGRESSION, look));
        if ((number + 1) % 50 == 0) {
          progress.accept("%s: %d runs".formatted(contender, number + 1));
        }
      }
    } finally {
      if (jvm != null) {
        jvm.close();
      }
    }
    medallion.check(contender.toString(), medallion.of(hours.delivered()));
    HourlyResult.Line line = HourlyResult.line(contender, all);
    // Whoever ends the benchmark before its end has what was measured.
    progress.accept(HourlyResult.Line.head());
    progress.accept(line.text());
    return line;
  }
}
