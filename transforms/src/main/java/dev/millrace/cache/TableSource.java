// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Marshalled;
import dev.millrace.block.Origin;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.connect.Retry;
import dev.millrace.dialect.CopyReader;
import dev.millrace.dialect.KeyedRead;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A table or view that is asked for many keys in one query. */
final class TableSource implements LookupSource {

  /** Keys of a query at most, so that its text stays below some megabytes. */
  private static final int KEYS_OF_A_QUERY = 10_000;

  /** How the bytes of keys are made; another when that changes. */
  private static final String KEYS = "2";

  private final Marshalled<ConnectionSpec> spec;
  private final Marshalled<KeyedRead> read;
  private final Marshalled<BlockSchema> values;
  private final @Nullable String since;
  private final @Nullable ChangeCheck check;
  private final KeyScope scope;

  /**
   * A table.
   *
   * @param values the columns that are found, {@code since} among them
   * @param since the column that says from when on a row is valid; null when a key has one row
   * @param check tells when all is to be asked for anew; null for never
   */
  TableSource(
      ConnectionSpec spec,
      KeyedRead read,
      BlockSchema values,
      @Nullable String since,
      @Nullable ChangeCheck check) {
    this.spec = Marshalled.of(spec);
    this.read = Marshalled.of(read);
    this.values = Marshalled.of(values);
    this.since = since;
    this.check = check;
    this.scope = KeyScope.of(identity());
  }

  @Override
  public String name() {
    return read.get().read().name();
  }

  /** All that decides what a key finds. */
  private String identity() {
    KeyedRead keyed = read.get();
    return String.join(
        "\n",
        KEYS,
        spec.get().address(),
        String.valueOf(spec.get().user()),
        name(),
        keyed.key().toString(),
        values.get().toString(),
        String.valueOf(since),
        keyed.read().where());
  }

  @Override
  public List<String> key() {
    return read.get().key();
  }

  @Override
  public BlockSchema values() {
    return values.get();
  }

  @Override
  public void require(int part, String column, BlockType type) {
    KeyedRead keyed = read.get();
    if (!keyed.accepts(part, type)) {
      String name = keyed.key().get(part);
      BlockSchema schema = keyed.read().schema();
      throw new IllegalArgumentException(
          "Invalid key column: "
              + column
              + " of "
              + type
              + " (must be as "
              + name
              + " of "
              + name()
              + ", "
              + schema.column(schema.indexOf(name)).type()
              + ")");
    }
  }

  @Override
  public Opened open() {
    return new Table();
  }

  /** The values of the only row of a query, as texts. */
  private static String onlyRow(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      if (rows.next()) {
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(rows.getString(i)));
        }
      }
      if (values.isEmpty() || rows.next()) {
        throw new SQLException(
            "Invalid check of a table: %s (must give one row, as count(*) does)".formatted(query));
      }
      return values.toString();
    }
  }

  private final class Table implements Opened {

    private final KeyedRead keyed = read.get();
    private final Pool pool = Pool.share(spec.get(), Quota.LOOKUP);
    private final int[] keyColumns = positions(keyed.key());
    private final int[] valueColumns = positions(values.get().names());

    private final @Nullable TableState state =
        check == null
            ? null
            : new TableState(check.every(), () -> call(() -> state(check.query())));

    private int[] positions(List<String> names) {
      return names.stream().mapToInt(keyed.read().schema()::indexOf).toArray();
    }

    @Override
    public List<CacheKey> keys(Block block, int[] columns, int[] rows) throws SQLException {
      KeyScope now = state == null ? scope : scope.with(state.get(System.nanoTime()));
      return now.keys(block, columns, rows, keyed::write);
    }

    private List<String> texts(Block block, int[] columns, int row) {
      List<String> texts = new ArrayList<>(columns.length);
      for (int part = 0; part < columns.length; part++) {
        texts.add(keyed.text(part, block.column(columns[part]), row));
      }
      return texts;
    }

    @Override
    public byte[] @Nullable [] load(Block block, int[] columns, int[] rows) throws SQLException {
      byte[] @Nullable [] found = new byte[rows.length][];
      for (int from = 0; from < rows.length; from += KEYS_OF_A_QUERY) {
        int[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + KEYS_OF_A_QUERY));
        List<List<String>> texts = new ArrayList<>(some.length);
        for (int row : some) {
          texts.add(texts(block, columns, row));
        }
        Map<CacheKey, byte[]> answer = call(() -> ask(keyed.query(texts), this::read));
        int at = from;
        for (CacheKey key : scope.keys(block, columns, some, keyed::write)) {
          found[at++] = answer.get(key);
        }
      }
      return found;
    }

    private <T> T call(Retry.Attempt<T> attempt) throws SQLException {
      return spec.get().timeouts().retry().call("look up in " + name(), attempt);
    }

    private String state(String query) throws SQLException {
      return ask(query, TableSource::onlyRow);
    }

    /** Reads what a query gives. */
    private interface Answer<T> {
      T read(Connection connection, String query) throws SQLException;
    }

    private <T> T ask(String query, Answer<T> answer) throws SQLException {
      try (Pool.Acquired acquired = pool.acquire("look up in " + name())) {
        try {
          acquired.limitLocks();
          return answer.read(acquired.connection(), query);
        } catch (SQLException failure) {
          throw acquired.explain(failure);
        }
      }
    }

    private Map<CacheKey, byte[]> read(Connection connection, String query) throws SQLException {
      Map<CacheKey, byte[]> found = new HashMap<>();
      Map<CacheKey, List<Version>> versions = new LinkedHashMap<>();
      BlockBuilder builder = new BlockBuilder(keyed.read().schema());
      try (CopyReader copy = new CopyReader(connection, keyed.read(), query)) {
        for (boolean more = true; more; ) {
          more = copy.fill(builder, Blocks.DEFAULT_SIZE.bytes());
          Block block = builder.build(Origin.NONE);
          int[] rows = IntStream.range(0, block.rows()).toArray();
          List<CacheKey> keys = scope.keys(block, keyColumns, rows, keyed::write);
          for (int row : rows) {
            CacheKey key = keys.get(row);
            byte[] value = RowBytes.encode(block, valueColumns, row);
            if (since != null) {
              versions.computeIfAbsent(key, k -> new ArrayList<>()).add(version(block, row, value));
            } else if (found.put(key, value) != null) {
              throw ambiguous(block, row);
            }
          }
        }
      }
      versions.forEach((key, all) -> found.put(key, Version.inOrder(all)));
      return found;
    }

    private Version version(Block block, int row, byte[] value) {
      BlockColumn from = block.column(keyed.read().schema().indexOf(String.valueOf(since)));
      return new Version(AsOf.instant(from, row), value);
    }

    private SQLException ambiguous(Block block, int row) {
      return new SQLException(
          "Cannot look up in "
              + name()
              + ": there are several rows of "
              + String.join(", ", keyed.key())
              + " = "
              + String.join(", ", texts(block, keyColumns, row))
              + "; a key must be of one row, or say from when on each is valid");
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
