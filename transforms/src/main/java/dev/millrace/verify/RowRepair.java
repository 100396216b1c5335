// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.connect.StallGuard;
import dev.millrace.control.ByteSize;
import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.CopyReader;
import dev.millrace.dialect.TableRead;
import dev.millrace.dialect.TableWriter;
import dev.millrace.verify.Difference.Kind;
import dev.millrace.write.WriteTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mends rows by their keys, some hundred in a transaction. Those whose key holds a NULL cannot be
 * copied so, and are left.
 *
 * <p>Each transaction first takes the target's table for itself, as far as writes go, and then
 * reads the rows as the source has them by now. So whoever else writes the target either was done
 * before, and what it wrote is no newer than what is read here, or comes after, and has the last
 * word. No row goes back in time, and none is deleted that the source has again.
 */
final class RowRepair implements DifferenceSink, AutoCloseable {

  private static final int KEYS = 500;

  /** What the rows of a transaction take, unless it is one row. */
  private static final ByteSize BYTES = ByteSize.ofMebibytes(8);

  private final VerifyOptions options;
  private final TablePair pair;
  private final boolean deleteExtra;
  private final TableRead read;
  private final TableWriter writer;
  private final KeySet keys;
  private final Pool target;
  private final Set<List<@Nullable String>> toCopy = new LinkedHashSet<>();
  private final Set<List<@Nullable String>> toDelete = new LinkedHashSet<>();
  private Connection source;
  private long written;
  private long deleted;

  private RowRepair(
      VerifyOptions options,
      TablePair pair,
      boolean deleteExtra,
      TableRead read,
      TableWriter writer,
      Connection source) {
    this.options = options;
    this.pair = pair;
    this.deleteExtra = deleteExtra;
    this.read = read;
    this.writer = writer;
    this.keys = new KeySet(pair);
    this.source = source;
    this.target = Pool.share(options.target(), Quota.WRITE);
  }

  /**
   * Checks that rows can be copied by their key.
   *
   * @throws IllegalArgumentException when they cannot
   */
  static RowRepair open(VerifyOptions options, TablePair pair, boolean deleteExtra)
      throws SQLException {
    if (!pair.isKeyed()) {
      throw new IllegalArgumentException(
          "Cannot repair "
              + pair.target().name()
              + ": no columns tell its rows apart; name them as the key");
    }
    TableRead read = TableRead.of(pair.source(), columns(options, pair), options.where());
    WriteTable write =
        WriteTable.into(options.target(), pair.target().name().sql())
            .upsert(pair.keyNames().toArray(String[]::new));
    TableWriter writer = new TableWriter(write.plan(read.schema()));
    return new RowRepair(options, pair, deleteExtra, read, writer, connect(options));
  }

  private static Connection connect(VerifyOptions options) throws SQLException {
    Connection source = options.source().connect("repair");
    source.setAutoCommit(false);
    return source;
  }

  private static List<String> columns(VerifyOptions options, TablePair pair) {
    Set<String> columns = new LinkedHashSet<>(pair.columnNames());
    columns.addAll(pair.keyNames());
    if (!options.cursor().isEmpty()) {
      columns.add(options.cursor());
    }
    return List.copyOf(columns);
  }

  @Override
  public void found(Kind kind, List<@Nullable String> key, long rows) throws SQLException {
    switch (kind) {
      case MISSING, DIFFERENT -> {
        // Rows whose key holds a NULL replace none, so that all of that key would be added again.
        if (!key.contains(null)) {
          toCopy.add(key);
        }
      }
      case EXTRA -> {
        if (deleteExtra) {
          toDelete.add(key);
        }
      }
      case NOT_YET_SYNCED -> {
        // The sync will come to it.
      }
    }
    if (toCopy.size() >= KEYS || toDelete.size() >= KEYS) {
      finish();
    }
  }

  /** Mends what was found and not yet mended. */
  void finish() throws SQLException {
    copy(List.copyOf(toCopy));
    toCopy.clear();
    delete(toDelete);
    toDelete.clear();
  }

  long written() {
    return written;
  }

  long deleted() {
    return deleted;
  }

  private void copy(List<List<@Nullable String>> some) throws SQLException {
    if (!some.isEmpty() && !copied(some)) {
      copy(some.subList(0, some.size() / 2));
      copy(some.subList(some.size() / 2, some.size()));
    }
  }

  /** Copies rows; false when they are too large for one transaction. */
  private boolean copied(List<List<@Nullable String>> some) throws SQLException {
    try (Pool.Acquired acquired = acquire()) {
      BlockBuilder rows = new BlockBuilder(read.schema());
      // Of several rows of one key the target takes one.
      boolean more = read(some, rows);
      if (more && some.size() > 1) {
        return false;
      }
      if (rows.rows() > 0) {
        Block block = rows.build(Origin.NONE);
        try (StallGuard guard = StallGuard.over(acquired, options.target().timeouts().stall())) {
          writer.write(acquired.connection(), List.of(block), guard::progress);
        } catch (SQLException failure) {
          throw acquired.explain(failure);
        }
        acquired.connection().commit();
        written += block.rows();
      }
      return true;
    }
  }

  /** Reads the rows of keys as they are now; true when there may be more of them. */
  private boolean read(List<List<@Nullable String>> some, BlockBuilder rows) throws SQLException {
    CanonicalText.settle(source);
    String query = read.query(keys.condition(some, true));
    boolean more;
    try (CopyReader copy = new CopyReader(source, read, query)) {
      more = copy.fill(rows, BYTES.bytes());
    }
    if (more) {
      // The rest of what was broken off is still on its way.
      source.close();
      source = connect(options);
    } else {
      // The next transaction sees what is new by then.
      source.rollback();
    }
    return more;
  }

  private void delete(Collection<List<@Nullable String>> some) throws SQLException {
    if (some.isEmpty()) {
      return;
    }
    try (Pool.Acquired acquired = acquire();
        Statement statement = acquired.connection().createStatement()) {
      List<List<@Nullable String>> gone = new ArrayList<>(some);
      gone.removeAll(there(some));
      String where = options.where().isEmpty() ? "" : "(" + options.where() + "\n) AND ";
      deleted +=
          statement.executeUpdate(
              "DELETE FROM "
                  + pair.target().name().sql()
                  + " AS t WHERE "
                  + where
                  + keys.condition(gone, false));
      acquired.connection().commit();
    }
  }

  /** Which keys the source has now. */
  private Set<List<@Nullable String>> there(Collection<List<@Nullable String>> some)
      throws SQLException {
    String texts =
        pair.key().stream().map(CanonicalText::textOfSource).collect(Collectors.joining(", "));
    CanonicalText.settle(source);
    Set<List<@Nullable String>> there = new HashSet<>();
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT "
                    + texts
                    + " FROM "
                    + read.from()
                    + " AS t WHERE "
                    + read.and(keys.condition(List.copyOf(some), true)))) {
      while (row.next()) {
        List<@Nullable String> key = new ArrayList<>();
        for (int i = 1; i <= pair.key().size(); i++) {
          key.add(row.getString(i));
        }
        there.add(key);
      }
    } finally {
      source.rollback();
    }
    return there;
  }

  /** A connection to the target whose transaction keeps other writers of the table out. */
  private Pool.Acquired acquire() throws SQLException {
    Pool.Acquired acquired = target.acquire("repair " + pair.target().name());
    try (Statement statement = acquired.connection().createStatement()) {
      statement.execute(
          "SET LOCAL lock_timeout = " + options.target().timeouts().stall().toMillis());
      statement.execute(
          "LOCK TABLE " + pair.target().name().sql() + " IN SHARE ROW EXCLUSIVE MODE");
      CanonicalText.settle(acquired.connection());
      return acquired;
    } catch (SQLException failure) {
      acquired.close();
      throw failure;
    }
  }

  @Override
  public void close() throws SQLException {
    target.close();
    source.close();
  }
}
