// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.verify;

import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.RowDigest;
import dev.millrace.verify.Difference.Kind;
import dev.millrace.verify.Verification;
import dev.millrace.verify.Verify;
import dev.millrace.verify.VerifyOptions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * Measures {@link Verify} beside what cannot be left out: each database counts its rows and sums up
 * the digests of their canonical texts, both at the same time. The same rows, in rounds in which
 * each contender runs once, every other round backwards; ratios are taken round by round.
 *
 * <p>Rerun: {@code ./millrace bench verify --rows=1000000 --rounds=5}.
 */
public final class VerifyBench {

  /** Who takes part. */
  private enum Contender {
    /** {@code count(*)} and the sums of the digest that verify uses. */
    AGGREGATE(Copy.EQUAL),
    /** The same of MD5, as one writes it who has no other hash. */
    AGGREGATE_MD5(Copy.EQUAL),
    VERIFY(Copy.EQUAL),
    VERIFY_ONE_DIFFERS(Copy.ONE),
    VERIFY_SOME_DIFFER(Copy.SOME);

    private final Copy target;

    Contender(Copy target) {
      this.target = target;
    }

    @Override
    public String toString() {
      return Labels.of(this);
    }
  }

  /**
   * One contender over all rounds.
   *
   * @param seconds from before the first connection to the last answer
   * @param toAggregate how many times as long as the aggregate of the same digest
   * @param toMd5 how many times as long as that of MD5
   */
  public record Line(String contender, Spread seconds, Spread toAggregate, Spread toMd5) {

    /** As a row of a table. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%-20s %8.2f s (%.2f..%.2f)  %6.2f (%.2f..%.2f)  %6.2f (%.2f..%.2f)",
          contender,
          seconds.median(),
          seconds.min(),
          seconds.max(),
          toAggregate.median(),
          toAggregate.min(),
          toAggregate.max(),
          toMd5.median(),
          toMd5.min(),
          toMd5.max());
    }
  }

  private final VerifyTables tables;
  private final long rows;

  private VerifyBench(VerifyTables tables, long rows) {
    this.tables = tables;
    this.rows = rows;
  }

  /**
   * Starts a server and measures.
   *
   * @throws IllegalStateException if verify does not find what differs
   */
  public static List<Line> run(long rows, int rounds, Consumer<String> progress)
      throws IOException, SQLException {
    try (VerifyTables tables = VerifyTables.create(rows, progress)) {
      progress.accept(
          "PostgreSQL %s, max_parallel_workers_per_gather %s, shared_buffers %s; %d processors"
              .formatted(
                  tables.setting("server_version"),
                  tables.setting("max_parallel_workers_per_gather"),
                  tables.setting("shared_buffers"),
                  Runtime.getRuntime().availableProcessors()));
      return new VerifyBench(tables, rows).rounds(rounds, progress);
    }
  }

  private List<Line> rounds(int rounds, Consumer<String> progress) throws SQLException {
    Map<Contender, List<Double>> seconds = new EnumMap<>(Contender.class);
    // The first round only warms up.
    for (int round = 0; round <= rounds; round++) {
      List<Contender> order = new ArrayList<>(List.of(Contender.values()));
      if (round % 2 == 1) {
        Collections.reverse(order);
      }
      for (Contender each : order) {
        double took = run(each);
        progress.accept(String.format(Locale.ROOT, "round %d: %s %.2f s", round, each, took));
        if (round > 0) {
          seconds.computeIfAbsent(each, none -> new ArrayList<>()).add(took);
        }
      }
    }
    List<Line> lines = new ArrayList<>();
    seconds.forEach(
        (each, took) ->
            lines.add(
                new Line(
                    each.toString(),
                    Spread.of(took),
                    Spread.ofRatios(took, of(seconds, Contender.AGGREGATE)),
                    Spread.ofRatios(took, of(seconds, Contender.AGGREGATE_MD5)))));
    return lines;
  }

  private static List<Double> of(Map<Contender, List<Double>> seconds, Contender contender) {
    return seconds.getOrDefault(contender, List.of());
  }

  private double run(Contender contender) throws SQLException {
    long start = System.nanoTime();
    switch (contender) {
      case AGGREGATE -> aggregates(RowDigest.HASH);
      case AGGREGATE_MD5 -> aggregates(RowDigest.MD5);
      case VERIFY, VERIFY_ONE_DIFFERS, VERIFY_SOME_DIFFER -> verify(contender.target);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private void verify(Copy target) throws SQLException {
    VerifyOptions options =
        VerifyOptions.of(
            tables.spec(Copy.SOURCE), VerifyTables.TABLE, tables.spec(target), VerifyTables.TABLE);
    try (Verify verify = Verify.open(options)) {
      Verification found = verify.compare();
      long different = found.count(Kind.DIFFERENT) + found.count(Kind.MISSING);
      long wanted = target.harmed(rows);
      if (different != wanted || found.count(Kind.EXTRA) != 0) {
        throw new IllegalStateException(
            "Cannot trust verify: it found %,d rows to differ and %,d extra, and %,d do"
                .formatted(different, found.count(Kind.EXTRA), wanted));
      }
    }
  }

  private void aggregates(RowDigest digest) throws SQLException {
    FutureTask<String> target = new FutureTask<>(() -> aggregate(tables.spec(Copy.EQUAL), digest));
    Thread thread = new Thread(target, "aggregate-target");
    thread.start();
    String source = aggregate(tables.spec(Copy.SOURCE), digest);
    try {
      if (!source.equals(target.get())) {
        throw new IllegalStateException("Cannot trust the aggregates: they differ");
      }
    } catch (InterruptedException | ExecutionException failure) {
      throw new IllegalStateException("Cannot sum up the target: " + failure.getMessage(), failure);
    }
  }

  private static String aggregate(ConnectionSpec spec, RowDigest digest) throws SQLException {
    try (Connection connection = spec.connect("bench");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      CanonicalText.settle(connection);
      statement.execute("set local jit = off");
      // As verify does it: the text is made once for both halves, and workers may share the rows.
      String text =
          "ROW(id, account, kind, amount, customer, note, created_at, due, paid,"
              + " weight::float8 + 0::float8)::text";
      List<String> halves = digest.halves("r.x");
      try (ResultSet sums =
          statement.executeQuery(
              "SELECT count(*), sum(%s), sum(%s) FROM (SELECT %s AS x FROM %s UNION ALL SELECT NULL"
                      .formatted(
                          halves.get(0), halves.get(1), digest.prepared(text), VerifyTables.TABLE)
                  + " WHERE false) AS r")) {
        sums.next();
        return sums.getString(1) + " " + sums.getString(2) + " " + sums.getString(3);
      }
    }
  }
}
