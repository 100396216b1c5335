// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.connect.ReadOnlySessions;
import dev.millrace.dialect.ColumnTypes;
import dev.millrace.dialect.TableRead;
import dev.millrace.horizon.Horizon;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.horizon.Look;
import dev.millrace.horizon.Recount;
import dev.millrace.ledger.CursorJob;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Position;
import dev.millrace.ledger.RecountRecord;
import dev.millrace.ledger.SplitRecord;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.observe.Level;
import dev.millrace.read.ReadTable.Planned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a table that are new since the run before, by a column that grows with each row
 * and each change of a row: its cursor.
 *
 * <p>A run reads one window: the rows from where the last window ended up to a {@link Horizon},
 * below which no row can appear any more, in the order of the cursor and then of the key. However
 * many rows share a value of the cursor, they are read in parts. Rows in which the cursor is NULL
 * are in no window.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class ReadIncrement {

  private final ReadTable table;
  private final String cursor;
  private final HorizonRules rules;

  private ReadIncrement(ReadTable table, String cursor, HorizonRules rules) {
    this.table = table;
    this.cursor = cursor;
    this.rules = rules;
  }

  /**
   * Reads windows of a table.
   *
   * @param table what to read; its key tells apart rows of one value of the cursor
   * @param cursor a column of the table, a time that the server fills in, a number from a sequence
   *     or an {@code xid8}
   */
  public static ReadIncrement of(ReadTable table, String cursor) {
    return new ReadIncrement(table, cursor, HorizonRules.DEFAULT);
  }

  /** How the end of a window is settled; default: {@link HorizonRules#DEFAULT}. */
  public ReadIncrement rules(HorizonRules newRules) {
    return new ReadIncrement(table, cursor, newRules);
  }

  /**
   * What there is to read.
   *
   * @param look what the source said of its horizon
   * @param tableRows of the whole table, as the server's planner estimates
   * @param doubts what is to be told once of the cursor, in sentences
   * @param left whether the window was left by a run before
   * @param window the window that was begun; null when nothing is new, though the cursor may have
   *     moved
   * @param read of what is left of the window; null when nothing is new
   */
  public record Increment(
      Look look,
      long tableRows,
      List<String> doubts,
      boolean left,
      @Nullable WindowRecord window,
      @Nullable Planned read) {

    public Increment {
      doubts = List.copyOf(doubts);
    }
  }

  /**
   * Begins an attempt of a job.
   *
   * @param job to hold until the run has ended
   * @param target what is written, for the job's definition
   * @param run the run's identity
   * @param runner where it runs
   * @throws IllegalArgumentException when a column does not exist or does not serve; when the job
   *     was begun with another definition
   * @throws SQLException when a server does not answer or refuses
   */
  public void begin(CursorJob job, String target, String run, String runner) throws SQLException {
    try (Connection connection = connect()) {
      job.begin(new Step(connection).definition(target), run, runner);
    }
  }

  /**
   * Begins the next window, unless one was left that was not ended.
   *
   * @param job in which an attempt was begun
   * @throws IllegalArgumentException when a column does not exist any more
   * @throws dev.millrace.horizon.HorizonException when no window can be closed safely
   * @throws SQLException when a server does not answer or refuses
   */
  public Increment next(CursorJob job) throws SQLException {
    boolean left = job.window().isPresent();
    try (Connection connection = connect()) {
      Step step = new Step(connection);
      Look look = step.look(job.memory());
      Level.HORIZON_LAG.setOutside(look.horizonLag());
      String name = step.read.table().name().toString();
      HeldBack.looked(name, look, rules.patience());
      HeldBack.forget(name);
      step.recount(job);
      step.settle(job, look);
      Optional<WindowRecord> window = job.window().filter(each -> !each.isFollowed());
      if (job.window().isEmpty() && !job.windows().isEmpty()) {
        step.see(job);
      }
      return new Increment(
          look,
          step.planner.rows(),
          step.horizon.doubts(),
          left,
          window.orElse(null),
          window.isEmpty() ? null : step.plan(job));
    }
  }

  /**
   * Remembers what the source shows now that a window has been read, so that the next run can tell
   * what came late.
   *
   * @param job of which a window was begun
   * @throws SQLException when a server does not answer or refuses
   */
  public void see(CursorJob job) throws SQLException {
    try (Connection connection = connect()) {
      new Step(connection).see(job);
    }
  }

  /**
   * Begins to follow the table: a window without an end, unless one was left.
   *
   * @param job in which an attempt was begun; to hold until the run has ended
   * @param poll how long to wait when nothing is new
   * @param window the event-time windows that no block reaches across
   * @param newColumns whether it is to end when the table gets a column that it does not copy
   * @throws IllegalArgumentException when a column does not exist any more
   * @throws dev.millrace.horizon.HorizonException when no window can be closed safely
   * @throws SQLException when a server does not answer or refuses
   */
  public Follow follow(CursorJob job, Duration poll, Duration window, boolean newColumns)
      throws SQLException {
    try (Connection connection = connect()) {
      Step step = new Step(connection);
      Look look = step.horizon.look(connection, job.memory());
      step.open(job, look);
      job.stop(false);
      Map<String, Long> attempts = new LinkedHashMap<>();
      job.splits().forEach(each -> attempts.put(Integer.toString(each.split()), each.epoch()));
      String last = Integer.toString(job.splits().get(job.splits().size() - 1).split());
      ColumnTypes shape = ColumnTypes.of(connection, step.read.table().name());
      Following following =
          new Following(
              step.horizon,
              look.memory(),
              rules.overlap(),
              last,
              rules.patience(),
              poll,
              window,
              shape,
              newColumns,
              job.window().orElseThrow().identity(),
              attempts);
      return new Follow(table.spec(), step.planned(job), following, step.horizon.doubts());
    }
  }

  private Connection connect() throws SQLException {
    return table.spec().connect(ReadOnlySessions.HORIZON);
  }

  /**
   * Asks the source for its horizon, and begins nothing.
   *
   * @param memory what the look before left; empty before the first
   */
  public Look look(String memory) throws SQLException {
    try (Connection connection = connect()) {
      return new Step(connection).look(memory);
    }
  }

  /** One look at the source, and what follows of it. */
  private final class Step {
    private final Connection connection;
    private final TableRead read;
    private final Horizon horizon;
    private final KeyOrder order;
    private final KeySql sql;
    private final ReadPlanner planner;

    Step(Connection connection) throws SQLException {
      this.connection = connection;
      this.read = table.describe(connection);
      this.horizon = Horizon.of(connection, read.table(), cursor, rules);
      this.planner = table.planner(connection, read);
      this.order = order(planner.keyOrTables(table.key()));
      this.sql = new KeySql(read, order.names(), order);
    }

    /**
     * Looks at the horizon. What a sequence has given out is known to be complete only by a second
     * look, a guard later.
     */
    Look look(String memory) throws SQLException {
      Look first = horizon.look(connection, memory);
      if (!isNumber()) {
        return first;
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "SELECT pg_sleep(" + rules.guard().plusMillis(1).toMillis() / 1000.0 + ")");
      }
      return horizon.look(connection, first.memory());
    }

    private boolean isNumber() {
      return switch (read.schema().column(read.schema().indexOf(cursor)).type().kind()) {
        case INT16, INT32, INT64 -> true;
        default -> false;
      };
    }

    private KeyOrder order(List<String> key) throws SQLException {
      List<String> columns = new ArrayList<>(List.of(cursor));
      for (String column : key) {
        if (read.table().column(column).nullable()) {
          throw new IllegalArgumentException(
              "Cannot read %s by %s and %s: %s may be NULL; name key columns that are NOT NULL"
                  .formatted(read.table().name(), cursor, key, column));
        }
        if (!column.equals(cursor)) {
          columns.add(column);
        }
      }
      return planner.order(columns);
    }

    String definition(String target) {
      return table.definition(sql, target, "");
    }

    /** The columns that are copied, as they are now. */
    private ColumnTypes columns() throws SQLException {
      return ColumnTypes.of(connection, read.table().name()).only(read.schema().names());
    }

    /** Begins a window, or gives an end to the one that was followed, if anything is new. */
    void settle(CursorJob job, Look look) throws SQLException {
      if (look.high() == null) {
        return;
      }
      Position high = CursorSql.of(sql).place(connection, look.high());
      Optional<WindowRecord> open = job.window();
      if (open.isEmpty() && isAbove(high, job.cursor().orElse(null))) {
        Interval whole = new Interval(low(job.cursor().orElse(null)), high);
        String columns = columns().toString();
        if (sql.positions(connection, sql.least(whole)).isEmpty()) {
          job.pass(whole, columns, look.memory());
        } else {
          job.next(whole, columns, look.memory(), () -> cut(whole));
        }
      } else if (open.isPresent() && open.get().isFollowed() && isAbove(high, copied(job))) {
        job.bound(high, look.memory());
      }
    }

    /**
     * Begins a window without an end, if none is open: what is complete now in parts, and a rest.
     */
    void open(CursorJob job, Look look) throws SQLException {
      if (job.window().filter(WindowRecord::isFollowed).isPresent()) {
        job.resume(columns().toString());
        return;
      }
      if (job.window().isPresent()) {
        throw new IllegalStateException(
            "Cannot follow job "
                + job.name()
                + ": a window was left by a run that copied what was new; let such a run end it"
                + " first, the same without --follow");
      }
      Position low = low(job.cursor().orElse(null));
      Position high = CursorSql.of(sql).complete(connection, look, rules.overlap());
      boolean parts = high != null && isAbove(high, low);
      job.next(
          new Interval(low, null),
          columns().toString(),
          look.memory(),
          () -> {
            List<Interval> cut = new ArrayList<>(parts ? cut(new Interval(low, high)) : List.of());
            cut.add(new Interval(parts ? high : low, null));
            return cut;
          });
    }

    private Optional<Recount> recount() {
      return Recount.of(read, cursor);
    }

    /** Counts what came since it was last seen what there is. */
    void recount(CursorJob job) throws SQLException {
      Optional<Recount> recount = recount();
      if (recount.isEmpty() || job.recounts().isEmpty()) {
        return;
      }
      RecountRecord last = job.recounts().get(job.recounts().size() - 1);
      Optional<Recount.Found> found = recount.get().since(connection, last.seen(), low(job, last));
      if (found.isPresent()) {
        job.found(last.number(), found.get());
      }
    }

    /** The first window is not counted again, but only what lies above what was complete. */
    private static String low(CursorJob job, RecountRecord recount) {
      return job.windows().stream()
          .filter(window -> window.number() == recount.number())
          .map(window -> window.range().low())
          .filter(Objects::nonNull)
          .findFirst()
          .map(low -> low.values().get(0))
          .orElse(recount.seen().read());
    }

    /** Sees what there is, now that the last window has been read. */
    void see(CursorJob job) throws SQLException {
      Optional<Recount> recount = recount();
      Position complete = low(job.windows().get(job.windows().size() - 1).range().high());
      if (recount.isPresent() && complete != null) {
        Optional<Recount.Seen> seen = recount.get().see(connection, complete.values().get(0));
        if (seen.isPresent()) {
          job.seen(seen.get());
        }
      }
    }

    private List<Interval> cut(Interval whole) throws SQLException {
      connection.setAutoCommit(false);
      new ReadSession(null).begin(connection);
      List<Interval> parts = planner.cut(sql, whole);
      connection.commit();
      connection.setAutoCommit(true);
      return parts;
    }

    /** The end of what was copied of the window that was followed. */
    private @Nullable Position copied(CursorJob job) {
      SplitRecord followed = job.splits().get(job.splits().size() - 1);
      return followed.covered().isEmpty()
          ? followed.range().low()
          : followed.covered().get(followed.covered().size() - 1).high();
    }

    private boolean isAbove(Position high, @Nullable Position low) {
      return low == null || order.compare(high, low) > 0;
    }

    /** Where to read from: the cursor, or so far below it as rows may come late. */
    private @Nullable Position low(@Nullable Position from) throws SQLException {
      CursorSql places = CursorSql.of(sql);
      return from == null || rules.overlap() == null || !places.isTime()
          ? from
          : places.placeBelow(connection, from.values().get(0), rules.overlap());
    }

    Planned plan(CursorJob job) throws SQLException {
      return new Planned(table.spec(), planned(job));
    }

    ReadPlan planned(CursorJob job) throws SQLException {
      connection.setAutoCommit(false);
      new ReadSession(null).begin(connection);
      ReadPlan plan = planner.left(null, sql, job.ledger(order), job.splits());
      connection.commit();
      connection.setAutoCommit(true);
      return plan;
    }
  }
}
