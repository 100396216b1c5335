// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.benchmarks.measure.Spread;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, and what follows from it.
 *
 * @param setting under which conditions
 * @param runs every run, in the order in which they ran
 * @param lines one for each contender and mode, over all rounds
 */
public record CopyResult(Setting setting, List<Run> runs, List<Line> lines) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build();

  /** The conditions that hold for all runs, as the server and this JVM state them. */
  public record Setting(
      long rows,
      long baselineRows,
      int rounds,
      int parallelism,
      String heap,
      String baselineHeap,
      int processors,
      String java,
      String server,
      String fsync,
      String synchronousCommit,
      String sharedBuffers,
      String maxWalSize) {

    static Setting of(CopyBench.Options options, Tables tables) throws SQLException {
      return new Setting(
          options.rows(),
          options.baselineRows(),
          options.rounds(),
          options.parallelism(),
          options.heap().toString(),
          options.baselineHeap().toString(),
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("java.version"),
          tables.setting("server_version"),
          tables.setting("fsync"),
          tables.setting("synchronous_commit"),
          tables.setting("shared_buffers"),
          tables.setting("max_wal_size"));
    }
  }

  /**
   * One contender, once.
   *
   * @param seconds from before the first connection to after the last commit
   * @param processSeconds of the whole process, from before its start to after its end
   * @param cpuSeconds user and system, of the whole client process
   * @param serverCpuSeconds user and system, of the server's backends; null where unknown
   * @param peakRssBytes of the client process; null where unknown
   */
  public record Run(
      Contender contender,
      Mode mode,
      int round,
      long rows,
      double seconds,
      double processSeconds,
      double cpuSeconds,
      @Nullable Double serverCpuSeconds,
      @Nullable Long peakRssBytes) {

    public double rowsPerSecond() {
      return rows / seconds;
    }

    double perMillionRows(double value) {
      return value * 1_000_000 / rows;
    }
  }

  /**
   * One contender in one mode over all rounds.
   *
   * @param toPipe its rate as a part of the pipe's in the same round; null where that did not run
   * @param toBaseline its rate as a multiple of {@code JdbcIO}'s on the same runner in the same
   *     round; null where that did not run
   * @param toAppend the rate with a ledger as a part of that without in the same round; null in
   *     other modes and where that did not run
   * @param serverCpuSecondsPerMillionRows null where unknown
   * @param peakRssBytes the largest of all rounds; null where unknown
   */
  public record Line(
      Contender contender,
      Mode mode,
      long rows,
      Spread rowsPerSecond,
      @Nullable Spread toPipe,
      @Nullable Spread toBaseline,
      @Nullable Spread toAppend,
      Spread cpuSecondsPerMillionRows,
      @Nullable Spread serverCpuSecondsPerMillionRows,
      Spread processSeconds,
      @Nullable Long peakRssBytes) {}

  static CopyResult of(Setting setting, List<Run> runs) {
    List<Line> lines = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      for (Contender contender : Contender.values()) {
        if (!select(runs, contender, mode).isEmpty()) {
          lines.add(line(runs, contender, mode));
        }
      }
    }
    return new CopyResult(setting, List.copyOf(runs), List.copyOf(lines));
  }

  private static Line line(List<Run> runs, Contender contender, Mode mode) {
    List<Run> own = select(runs, contender, mode);
    List<Double> serverCpu = new ArrayList<>();
    Long peakRss = null;
    for (Run run : own) {
      if (run.serverCpuSeconds() != null) {
        serverCpu.add(run.perMillionRows(run.serverCpuSeconds()));
      }
      if (run.peakRssBytes() != null) {
        peakRss = Math.max(run.peakRssBytes(), peakRss == null ? 0 : peakRss);
      }
    }
    return new Line(
        contender,
        mode,
        own.get(0).rows(),
        spread(own, Run::rowsPerSecond),
        contender == Contender.PIPE ? null : ratio(own, select(runs, Contender.PIPE, mode)),
        contender.baseline().map(baseline -> ratio(own, select(runs, baseline, mode))).orElse(null),
        mode == Mode.LEDGER ? ratio(own, select(runs, contender, Mode.APPEND)) : null,
        spread(own, run -> run.perMillionRows(run.cpuSeconds())),
        serverCpu.isEmpty() ? null : Spread.of(serverCpu),
        spread(own, Run::processSeconds),
        peakRss);
  }

  private static List<Run> select(List<Run> runs, Contender contender, Mode mode) {
    return runs.stream()
        .filter(run -> run.contender() == contender && run.mode() == mode)
        .sorted(Comparator.comparingInt(Run::round))
        .toList();
  }

  private static @Nullable Spread ratio(List<Run> own, List<Run> other) {
    return other.isEmpty() ? null : Spread.ofRatios(rates(own), rates(other));
  }

  private static List<Double> rates(List<Run> runs) {
    return runs.stream().map(Run::rowsPerSecond).toList();
  }

  private static Spread spread(List<Run> runs, ToDoubleFunction<Run> value) {
    return Spread.of(runs.stream().map(value::applyAsDouble).toList());
  }

  /** One JSON object in one line, keys in snake case, null for what is unknown or was not run. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write the result as JSON: " + e.getMessage(), e);
    }
  }
}
