// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Throwables;
import dev.millrace.benchmarks.faults.TableCopy.Place;
import dev.millrace.benchmarks.faults.TableCopy.Planned;
import dev.millrace.benchmarks.kills.Verdict;
import dev.millrace.local.LocalPostgres;
import dev.millrace.local.proxy.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same faults for stock {@code JdbcIO} and for Millrace, and none as a control. Who fails is
 * run again without the fault, as an operator does; then the target is looked at. With the profile
 * {@code chaos} all faults, and the outcomes in {@code target/stock-faults.txt}.
 */
@Tag("bench")
class StockFaultsTest {

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");
  private static final Duration LIMIT = Duration.standardSeconds(60);
  private static final String DONE = "done";
  private static final String HUNG = "hung";
  private static final Verdict CLEAN = new Verdict(0, 0, 0, 0);
  private static final String ROLE = "writer";

  /** How the first run of {@code JdbcIO} ends: by which SQLState, as a regular expression. */
  private static final Map<Fault, String> STOCK =
      Map.of(
          Fault.COMMIT_WITHOUT_REPLY, "08006",
          Fault.BACKENDS_KILLED, "57P01",
          Fault.SERVER_STARTED_AGAIN, "08006|57P0[123]",
          Fault.SERVER_SILENT, HUNG,
          Fault.CONNECTIONS_USED_UP, "53300",
          Fault.DEADLOCKS, DONE,
          Fault.POISON_ROW, "23514",
          Fault.PASSWORD_ROTATED, "28P01");

  private static final List<String> OUTCOMES = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static FaultTables tables;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** How a first run ended, and what was in the target when all was done. */
  private record Outcome(String end, Verdict verdict) {
    @Override
    public String toString() {
      return end + (end.equals(DONE) ? ": " : "; run again: ") + verdict;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    tables =
        new FaultTables(
            LocalPostgres.start(
                LocalPostgres.Settings.durable()
                    .with("max_connections", "40")
                    .with("deadlock_timeout", "50ms")));
    tables.execute("CREATE ROLE " + ROLE + " SUPERUSER LOGIN");
    Path rules = tables.server().dataDirectory().resolve("pg_hba.conf");
    Files.writeString(rules, "host all " + ROLE + " all scram-sha-256\n" + Files.readString(rules));
    tables.execute("SELECT pg_reload_conf()");
  }

  @AfterAll
  static void end() throws Exception {
    tables.server().close();
  }

  @AfterEach
  void tell() throws Exception {
    threads.shutdownNow();
    Files.write(Path.of("target", "stock-faults.txt"), OUTCOMES);
  }

  static Stream<Fault> faults() {
    return CHAOS ? Stream.of(Fault.values()) : Stream.of(Fault.COMMIT_WITHOUT_REPLY);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void copy_shouldHoldEachRowOnce_whereStockDoesNot(Fault fault) throws Exception {
    Outcome calm = copy(TableCopy.STOCK, null);
    Outcome stock = copy(TableCopy.STOCK, fault);
    Outcome millrace = copy(TableCopy.MILLRACE, fault);
    OUTCOMES.add("%-22s JdbcIO without it: %s".formatted(fault, calm));
    OUTCOMES.add("%-22s JdbcIO with it:    %s".formatted("", stock));
    OUTCOMES.add("%-22s Millrace with it:  %s".formatted("", millrace));

    assertThat(calm).as("JdbcIO without the fault").isEqualTo(new Outcome(DONE, CLEAN));
    assertThat(stock.end()).as("how JdbcIO ends").containsPattern("^(" + STOCK.get(fault) + ")");
    if (stock.end().equals(DONE)) {
      assertThat(stock.verdict()).as("what JdbcIO survives").isEqualTo(CLEAN);
    }
    assertThat(millrace.verdict()).as("Millrace under a ledger").isEqualTo(CLEAN);
    if (fault != Fault.SERVER_SILENT) {
      assertThat(millrace.end()).as("how Millrace ends").isEqualTo(DONE);
    } else {
      assertThat(millrace.end()).as("Millrace waits for no silent server").isNotEqualTo(HUNG);
    }
  }

  private Outcome copy(TableCopy copy, @Nullable Fault fault) throws Exception {
    tables.create();
    Path password = Files.writeString(folder.resolve("password"), "first");
    tables.execute("ALTER ROLE " + ROLE + " PASSWORD 'first'");
    String end = run(copy, fault, password);
    if (!end.equals(DONE)) {
      run(copy, null, password);
    }
    return new Outcome(end, tables.verdict());
  }

  /** Runs once; returns {@link #DONE}, {@link #HUNG} or what it failed with. */
  private String run(TableCopy copy, @Nullable Fault fault, Path password) throws Exception {
    DirectOptions options =
        PipelineOptionsFactory.fromArgs("--runner=DirectRunner").as(DirectOptions.class);
    options.setBlockOnRun(false);
    Pipeline pipeline = Pipeline.create(options);
    AtomicBoolean over = new AtomicBoolean();
    String end;
    try (FaultProxy proxy = FaultProxy.to(tables.server().port())) {
      Place place = new Place(tables.server().jdbcUrl(), proxy, ROLE, password);
      Planned planned = copy.plan(pipeline, place);
      try (planned) {
        if (fault == null) {
          end = end(pipeline);
        } else {
          AutoCloseable ends = fault.before(tables, place, copy);
          Future<Boolean> struck = threads.submit(() -> strike(fault, place, copy, over));
          end = end(pipeline);
          over.set(true);
          assertThat(struck.get())
              .as("it found the copy at work")
              .isEqualTo(fault.findsCopyAtWork());
          ends.close();
        }
      }
    }
    // Of a run that failed some threads may still write.
    tables.terminate(copy.applications());
    return end;
  }

  /** Returns whether some rows were there and others not yet. */
  private static boolean strike(Fault fault, Place place, TableCopy copy, AtomicBoolean over)
      throws Exception {
    Instant deadline = Instant.now().plusSeconds(LIMIT.getStandardSeconds());
    long written = 0;
    while (fault.findsCopyAtWork() && written == 0) {
      if (over.get() || Instant.now().isAfter(deadline)) {
        return false;
      }
      written = tables.number("SELECT count(*) FROM t");
    }
    fault.during(tables, place, copy, over::get);
    return written > 0 && written < FaultTables.ROWS;
  }

  private static String end(Pipeline pipeline) throws Exception {
    PipelineResult result = pipeline.run();
    try {
      PipelineResult.State state = result.waitUntilFinish(LIMIT);
      if (state != null && state.isTerminal()) {
        return DONE;
      }
      // To cancel it waits for the silent server as well, until the proxy is closed.
      Thread cancelling = new Thread(() -> cancel(result), "cancel");
      cancelling.setDaemon(true);
      cancelling.start();
      return HUNG;
    } catch (RuntimeException failed) {
      return reason(failed);
    }
  }

  private static void cancel(PipelineResult result) {
    try {
      result.cancel();
    } catch (IOException | RuntimeException failed) {
      // What it waited for was cut.
    }
  }

  private static String reason(RuntimeException failed) {
    return Throwables.getCausalChain(failed).stream()
        .filter(each -> each instanceof SQLException sql && sql.getSQLState() != null)
        .map(each -> ((SQLException) each).getSQLState() + " " + each.getMessage())
        .map(text -> text.lines().findFirst().orElse(text))
        .reduce((first, last) -> last)
        .orElse(Throwables.getRootCause(failed).toString());
  }
}
