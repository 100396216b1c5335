// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.benchmarks.connections.BackendSampler.Seen;
import dev.millrace.benchmarks.connections.StageMain.Acquire;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.benchmarks.measure.Spread;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, and what follows from it.
 *
 * @param setting under which conditions
 * @param runs every run, in the order in which they ran
 * @param lines one for each server and contender, over all rounds
 */
public record ConnectionsResult(Setting setting, List<Run> runs, List<Line> lines) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build();

  private static final int LONGEST_FAILURE = 140;

  /** How a run ended. */
  public enum End {
    FINISHED,
    FAILED,
    /** It did nothing any more, and was killed. */
    FROZEN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The conditions that hold for all runs, as the server and this JVM state them. */
  public record Setting(
      long rows,
      int stages,
      int rounds,
      int parallelism,
      int writers,
      long quietSeconds,
      int processors,
      String java,
      String server,
      String fsync,
      String synchronousCommit,
      String reservedConnections) {

    static Setting of(ConnectionsBench.Options options, StageTables tables) throws SQLException {
      return new Setting(
          options.rows(),
          options.stages(),
          options.rounds(),
          options.parallelism(),
          StageMain.WRITERS,
          options.quiet().toSeconds(),
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("java.version"),
          tables.setting("server_version"),
          tables.setting("fsync"),
          tables.setting("synchronous_commit"),
          tables.setting("superuser_reserved_connections"));
    }
  }

  /**
   * One contender, once.
   *
   * @param maxConnections of the server
   * @param failure what the server, or else the pool, said; null but when it failed
   * @param seconds from before the first connection to after the last commit or to the failure;
   *     when it was frozen, of the whole process
   * @param rowsWritten that were in the targets afterwards
   * @param connectionsOpened in all
   * @param mostConnections at one time, looked at every 50 ms
   * @param acquire how long threads waited for a connection; null where that is not measured
   */
  public record Run(
      Contender contender,
      int maxConnections,
      int round,
      End end,
      @Nullable String failure,
      double seconds,
      long rowsWritten,
      long connectionsOpened,
      int mostConnections,
      @Nullable Acquire acquire) {

    static Run of(
        Contender contender,
        int maxConnections,
        int round,
        Seen<Outcome<StageMain.Ended>> seen,
        double processSeconds,
        long rowsWritten) {
      Outcome<StageMain.Ended> outcome = seen.result();
      StageMain.Ended ended = outcome == null ? null : outcome.answer();
      if (outcome != null && ended == null) {
        throw new IllegalStateException(
            "Cannot measure %s: its process ended:%n%s".formatted(contender, outcome.errors()));
      }
      return new Run(
          contender,
          maxConnections,
          round,
          ended == null ? End.FROZEN : ended.failure() == null ? End.FINISHED : End.FAILED,
          ended == null ? null : ended.failure(),
          ended == null ? processSeconds : ended.seconds(),
          rowsWritten,
          seen.opened(),
          seen.most(),
          ended == null ? null : ended.acquire());
    }

    public double rowsPerSecond() {
      return rowsWritten / seconds;
    }

    /** What there is to say of its end. */
    String remark() {
      return switch (end) {
        case FAILED -> ": " + shortened(String.valueOf(failure));
        case FINISHED, FROZEN -> "";
      };
    }
  }

  /**
   * One contender on one server over all rounds.
   *
   * @param ends how often it ended how, as in {@code finished 2, failed 1}
   * @param rowsPerSecond null unless it finished in every round
   * @param baseline the fastest stock contender on the same runner and server, of those that
   *     finished in every round; null for stock contenders and where there is none
   * @param toBaseline its rate as a multiple of the baseline's in the same round
   * @param acquireP50Millis null where that is not measured, as the next
   */
  public record Line(
      Contender contender,
      int maxConnections,
      String ends,
      Spread seconds,
      @Nullable Spread rowsPerSecond,
      @Nullable Contender baseline,
      @Nullable Spread toBaseline,
      Spread rowsWritten,
      Spread connectionsOpened,
      int mostConnections,
      @Nullable Spread acquireP50Millis,
      @Nullable Spread acquireP99Millis) {}

  static ConnectionsResult of(Setting setting, List<Run> runs) {
    List<Line> lines = new ArrayList<>();
    for (int limit : runs.stream().mapToInt(Run::maxConnections).distinct().sorted().toArray()) {
      for (Contender contender : Contender.values()) {
        List<Run> own = select(runs, contender, limit);
        if (!own.isEmpty()) {
          lines.add(line(runs, own, contender, limit));
        }
      }
    }
    return new ConnectionsResult(setting, List.copyOf(runs), List.copyOf(lines));
  }

  private static List<Run> select(List<Run> runs, Contender contender, int limit) {
    return runs.stream()
        .filter(run -> run.contender() == contender && run.maxConnections() == limit)
        .sorted(Comparator.comparingInt(Run::round))
        .toList();
  }

  private static Line line(List<Run> runs, List<Run> own, Contender contender, int limit) {
    Optional<Contender> baseline =
        contender.isMillrace() && isFinished(own)
            ? Stream.of(Contender.values())
                .filter(other -> !other.isMillrace() && other.runner() == contender.runner())
                .filter(other -> isFinished(select(runs, other, limit)))
                .max(Comparator.comparingDouble(other -> rate(select(runs, other, limit)).median()))
            : Optional.empty();
    return new Line(
        contender,
        limit,
        ends(own),
        spread(own, Run::seconds),
        isFinished(own) ? rate(own) : null,
        baseline.orElse(null),
        baseline
            .map(other -> Spread.ofRatios(rates(own), rates(select(runs, other, limit))))
            .orElse(null),
        spread(own, Run::rowsWritten),
        spread(own, Run::connectionsOpened),
        own.stream().mapToInt(Run::mostConnections).max().orElse(0),
        waits(own, Acquire::p50Millis),
        waits(own, Acquire::p99Millis));
  }

  private static boolean isFinished(List<Run> runs) {
    return !runs.isEmpty() && runs.stream().allMatch(run -> run.end() == End.FINISHED);
  }

  private static String ends(List<Run> runs) {
    List<String> ends = new ArrayList<>();
    for (End end : End.values()) {
      long times = runs.stream().filter(run -> run.end() == end).count();
      if (times > 0) {
        ends.add(times == runs.size() ? end.toString() : end + " " + times);
      }
    }
    return String.join(", ", ends);
  }

  private static Spread rate(List<Run> runs) {
    return Spread.of(rates(runs));
  }

  private static List<Double> rates(List<Run> runs) {
    return runs.stream().map(Run::rowsPerSecond).toList();
  }

  private static Spread spread(List<Run> runs, ToDoubleFunction<Run> value) {
    return Spread.of(runs.stream().map(value::applyAsDouble).toList());
  }

  private static @Nullable Spread waits(List<Run> runs, ToDoubleFunction<Acquire> value) {
    List<Double> values =
        runs.stream().map(Run::acquire).filter(Objects::nonNull).map(value::applyAsDouble).toList();
    return values.isEmpty() ? null : Spread.of(values);
  }

  /** For people. */
  public List<String> text() {
    List<String> text = new ArrayList<>();
    text.add(
        "PostgreSQL %s, fsync %s, synchronous_commit %s, %s connections reserved for superusers, 1 taken to count; %d processors; Java %s"
            .formatted(
                setting.server(),
                setting.fsync(),
                setting.synchronousCommit(),
                setting.reservedConnections(),
                setting.processors(),
                setting.java()));
    text.add(
        "%,d rows over %d tables, parallelism %d, Millrace with %d writers at most; %d round(s): median (min..max); frozen: killed after %d s without a commit and next to no CPU used"
            .formatted(
                setting.rows(),
                setting.stages(),
                setting.parallelism(),
                setting.writers(),
                setting.rounds(),
                setting.quietSeconds()));
    int limit = 0;
    for (Line line : lines) {
      if (line.maxConnections() != limit) {
        limit = line.maxConnections();
        text.add("");
        text.add(
            "%-20s %-24s %20s %26s %18s %7s %5s %16s"
                .formatted(
                    "max_connections " + limit,
                    "",
                    "seconds",
                    "rows/s",
                    "x JdbcIO",
                    "opened",
                    "most",
                    "wait ms p50/p99"));
      }
      text.add(
          "%-20s %-24s %20s %26s %18s %7.0f %5d %16s"
              .formatted(
                  line.contender(),
                  line.ends(),
                  spread("%.1f", line.seconds()),
                  spread("%,.0f", line.rowsPerSecond()),
                  spread("%.2f", line.toBaseline()),
                  line.connectionsOpened().median(),
                  line.mostConnections(),
                  waits(line)));
    }
    text.add("");
    for (Run run : runs) {
      if (run.end() != End.FINISHED) {
        text.add(
            "round %d, max_connections %d: %s %s at %,d rows after %.0f s%s"
                .formatted(
                    run.round(),
                    run.maxConnections(),
                    run.contender(),
                    run.end(),
                    run.rowsWritten(),
                    run.seconds(),
                    run.remark()));
      }
    }
    return text;
  }

  private static String waits(Line line) {
    return line.acquireP50Millis() == null || line.acquireP99Millis() == null
        ? "not measured"
        : String.format(
            Locale.ROOT,
            "%.2f / %.1f",
            line.acquireP50Millis().median(),
            line.acquireP99Millis().median());
  }

  private static String spread(String format, @Nullable Spread spread) {
    return spread == null
        ? "-"
        : String.format(
            Locale.ROOT,
            format + " (" + format + ".." + format + ")",
            spread.median(),
            spread.min(),
            spread.max());
  }

  private static String shortened(String failure) {
    String line = failure.lines().findFirst().orElse("");
    return line.length() <= LONGEST_FAILURE ? line : line.substring(0, LONGEST_FAILURE) + "...";
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
