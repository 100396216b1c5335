// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The table {@code item}, into which transactions write that are held open for a while, its copy
 * {@code copy} in another database, and what tells whether the two are the same.
 */
public final class WrittenTable implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(200);

  private final String source;
  private final String target;
  private final boolean change;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> writers = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * Two databases.
   *
   * @param change whether rows are changed as well, and the copy has a key by which it replaces
   */
  public WrittenTable(String source, String target, boolean change) {
    this.source = source;
    this.target = target;
    this.change = change;
  }

  /** Makes the tables anew, with rows to begin with. */
  public void create(int rows) throws SQLException {
    execute(
        source,
        "DROP TABLE IF EXISTS item",
        "CREATE TABLE item (id bigserial PRIMARY KEY, payload text,"
            + " at timestamptz DEFAULT clock_timestamp())",
        "CREATE INDEX ON item (at, id)",
        "INSERT INTO item (payload) SELECT md5(n::text) FROM generate_series(1, "
            + rows
            + ") AS n");
    execute(
        target,
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS copy",
        "CREATE TABLE copy (id bigint%s, payload text, at timestamptz)"
            .formatted(change ? " PRIMARY KEY" : ""));
  }

  /** The options of {@code sync} that follow it. */
  public List<String> follow() {
    return List.of(
        "sync",
        "--source=" + source,
        "--table=item",
        "--target=" + target,
        "--into=copy",
        "--cursor=at",
        "--key=id",
        "--mode=" + (change ? "upsert" : "ledger"),
        "--guard=50ms",
        "--poll=100ms",
        "--block-size=64KiB",
        "--follow");
  }

  /** Begins to write in two threads. */
  public void startWriters() {
    over.set(false);
    for (long seed : List.of(1L, 2L)) {
      writers.add(
          threads.submit(
              () -> {
                write(source, change, new Random(seed), over);
                return null;
              }));
    }
  }

  /**
   * Adds rows until it is over, each transaction for a while, and changes some where the copy
   * replaces them.
   */
  static void write(String url, boolean change, Random random, AtomicBoolean over)
      throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!over.get()) {
        statement.execute(
            "INSERT INTO item (payload) SELECT md5(n::text) FROM generate_series(1, 20) AS n");
        if (change) {
          statement.execute(
              "UPDATE item SET payload = payload || '!', at = clock_timestamp() WHERE id %% 97 = %d"
                      .formatted(random.nextInt(97))
                  + " AND id > (SELECT max(id) - 2000 FROM item)");
        }
        statement.execute("SELECT pg_sleep(" + random.nextInt(300) / 1000.0 + ")");
        connection.commit();
      }
    }
  }

  public void endWriters() throws Exception {
    over.set(true);
    for (Future<?> writer : writers) {
      writer.get();
    }
    writers.clear();
  }

  /** Waits until the copy has so many rows more than now. */
  public void awaitMore(long rows, Duration patience) throws Exception {
    long wanted = copied() + rows;
    await(() -> copied() >= wanted, patience);
  }

  public long copied() throws SQLException {
    return number(target, "SELECT count(*) FROM copy");
  }

  /** Waits until the two have the same rows, as far as a sum over them tells. */
  public void awaitSame(Duration patience) throws Exception {
    await(() -> sum(source, "item").equals(sum(target, "copy")), patience);
  }

  private static String sum(String url, String table) throws SQLException {
    return text(
        url, "SELECT count(*) || ' ' || sum(hashtextextended(r::text, 0)) FROM " + table + " AS r");
  }

  /** How many rows are not in the copy, are in it more than once, or are in it otherwise. */
  public record Verdict(long lost, long duplicated, long different) {
    public static final Verdict CLEAN = new Verdict(0, 0, 0);
  }

  public Verdict verdict() throws SQLException {
    Map<String, Integer> item = rows(source, "item");
    Map<String, Integer> copy = rows(target, "copy");
    return new Verdict(
        item.keySet().stream().filter(row -> !copy.containsKey(row)).count(),
        copy.values().stream().filter(times -> times > 1).count(),
        copy.keySet().stream().filter(row -> !item.containsKey(row)).count());
  }

  private static Map<String, Integer> rows(String url, String table) throws SQLException {
    Map<String, Integer> rows = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT r::text FROM " + table + " AS r")) {
      while (row.next()) {
        rows.merge(row.getString(1), 1, Integer::sum);
      }
    }
    return rows;
  }

  /** Keeps everybody else from writing the copy until what is returned is closed. */
  public Connection lockCopy() throws SQLException {
    Connection connection = DriverManager.getConnection(target);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOCK TABLE copy IN SHARE MODE");
    }
    return connection;
  }

  /** Whether somebody waits to write the copy. */
  public boolean isWaitedFor() throws SQLException {
    return number(
            target,
            "SELECT count(*) FROM pg_locks WHERE relation = 'copy'::regclass AND NOT granted")
        > 0;
  }

  private static void execute(String url, String... sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private static long number(String url, String sql) throws SQLException {
    return Long.parseLong(text(url, sql));
  }

  private static String text(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Something that comes to be. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Asks until it is so; what cannot be asked is not so yet. */
  public static void await(Condition condition, Duration patience) throws Exception {
    Instant deadline = Instant.now().plus(patience);
    String last = "";
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
        last = "not so yet";
      } catch (IOException | SQLException notYet) {
        last = notYet.toString();
      }
      assertThat(Instant.now()).as("not so within %s: %s", patience, last).isBefore(deadline);
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
  }

  /** Tells the writers to end, which they do with their transactions. */
  @Override
  public void close() {
    over.set(true);
    threads.shutdown();
  }
}
