// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.verify.Difference.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random tables and differences, found by {@link Verify} and by looking at every row of both: the
 * same, and no other.
 */
class VerifyModelTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final int SEEDS = 33;

  /**
   * Columns that tell rows apart, and their values for row {@code i}.
   *
   * @param key as named to verify; empty for none
   */
  private record Shape(String columns, String values, List<String> key) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("id bigint PRIMARY KEY", "i * 3", List.of()),
          new Shape("id int PRIMARY KEY", "-i", List.of("id")),
          new Shape(
              "\"Grp \"\"1\"\"\" int, \"no; --\" text COLLATE \"C\", PRIMARY KEY (\"Grp \"\"1\"\"\", \"no; --\")",
              "i / 100, 'n''\\' || i % 100",
              List.of()),
          new Shape(
              "code text COLLATE \"en-x-icu\" PRIMARY KEY",
              "left(md5(i::text), 9) || i",
              List.of()),
          new Shape("u uuid PRIMARY KEY", "md5(i::text)::uuid", List.of()),
          new Shape("n numeric PRIMARY KEY", "i / 7.0", List.of()),
          new Shape("f float8 PRIMARY KEY", "i / 7.0 - 100", List.of()),
          new Shape(
              "at timestamptz, c char(7), PRIMARY KEY (at, c)",
              "timestamptz '2020-01-01' + i / 3 * interval '1 us', i % 3",
              List.of()),
          new Shape("a int, b int", "nullif(i, i / 50 * 50), i % 7", List.of("a", "b")),
          new Shape("a int, b text", "i / 10, 'x'", List.of("a")),
          new Shape("a int, b text", "i % 900, 'x'", List.of()));

  private static final String VALUES =
      ", i int, name text, amount numeric, price numeric(10,2), doc jsonb, at_time timestamptz,"
          + " ok boolean, part real";

  private static final String VALUES_OF_I =
      ", i, nullif('Straße ' || i % 1000, 'Straße 7'), i / 8.0, i / 8.0,"
          + " jsonb_build_object('i', i % 5), timestamptz '2024-01-01' + i * interval '17.000001 s',"
          + " i % 3 = 0, i / 8.0";

  static IntStream seeds() {
    return IntStream.range(0, SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void compare_shouldFindEveryDifferenceAndNoOther(int seed) throws Exception {
    Random random = new Random(seed);
    Shape shape = SHAPES.get(seed % SHAPES.size());
    int rows = 1 + random.nextInt(random.nextBoolean() ? 200 : 30_000);
    boolean windowed = random.nextInt(4) == 0;
    create(shape, rows);
    harm(random, rows, !windowed);
    VerifyOptions options =
        VerifyOptions.of(spec(SOURCE), "\"Odd t\"", spec(TARGET), "public.\"Odd t\"")
            .withKey(shape.key())
            .withLimit(1_000_000);
    options = windowed ? options.withCursor("at_time").byWindow(WindowLength.FITTING) : options;
    Effort effort =
        random.nextBoolean()
            ? Effort.USUAL
            : new Effort(
                1 + random.nextInt(300),
                random.nextInt(2_000),
                1 << random.nextInt(14),
                1 + random.nextInt(9_000));

    Verification found;
    List<String> key;
    try (Verify verify = Verify.open(options, effort)) {
      found = verify.compare();
      key = verify.key();
    }

    List<List<@Nullable String>> source = rows(SOURCE, key);
    List<List<@Nullable String>> target = rows(TARGET, key);
    Map<Kind, Map<List<@Nullable String>, Long>> expected = model(source, target);
    assertThat(found.sourceRows()).isEqualTo(source.size());
    assertThat(found.targetRows()).isEqualTo(target.size());
    for (Kind kind : Kind.values()) {
      Map<List<@Nullable String>, Long> of = expected.getOrDefault(kind, Map.of());
      assertThat(found.count(kind))
          .as("%s, %d rows, %s, %s", kind, rows, shape, effort)
          .isEqualTo(of.values().stream().mapToLong(Long::longValue).sum());
      Set<List<@Nullable String>> named =
          found.named(kind).stream().map(Difference::key).collect(Collectors.toSet());
      if (key.isEmpty()) {
        assertThat(named).as("%s, %s", kind, effort).hasSameSizeAs(of.keySet());
      } else {
        assertThat(named).as("%s, %s, %s", kind, shape, effort).isEqualTo(of.keySet());
      }
    }
    assertThat(found.sourceSum().equals(found.targetSum())).isEqualTo(found.isEqual());
  }

  private static ConnectionSpec spec(PostgresExtension database) {
    return ConnectionSpec.of(database.jdbcUrl());
  }

  private static void create(Shape shape, int rows) throws SQLException {
    for (PostgresExtension database : List.of(SOURCE, TARGET)) {
      database.execute(
          "DROP TABLE IF EXISTS \"Odd t\"",
          "CREATE TABLE \"Odd t\" (" + shape.columns() + VALUES + ")",
          "INSERT INTO \"Odd t\" SELECT "
              + shape.values()
              + VALUES_OF_I
              + " FROM generate_series(1, "
              + rows
              + ") i ORDER BY hashint4(i)",
          "ANALYZE \"Odd t\"");
    }
  }

  /** Deletes, adds and changes rows, here and there or all in one place. */
  private static void harm(Random random, int rows, boolean cursorToo) throws SQLException {
    List<String> harms = new ArrayList<>();
    int kinds = random.nextInt(16);
    if ((kinds & 1) > 0) {
      SOURCE.execute("DELETE FROM \"Odd t\" WHERE " + some(random, rows));
    }
    if ((kinds & 2) > 0) {
      harms.add("DELETE FROM \"Odd t\" WHERE " + some(random, rows));
    }
    List<String> changes =
        List.of(
            "name = name || ' '",
            "name = nullif('', name)",
            "amount = amount + 0.0000001",
            "price = -price",
            "doc = doc || '{\"x\": 1}'",
            "ok = NOT ok",
            // Written otherwise, and the same.
            "amount = amount + 0.00000000",
            "part = part * -1",
            "at_time = at_time + interval '1 us'",
            "at_time = at_time + interval '40 days'");
    for (int i = 0; i < 2 && (kinds & 4) > 0; i++) {
      // The last two say when a row came, which a table cut by that never changes.
      String change = changes.get(random.nextInt(changes.size() - (cursorToo ? 0 : 2)));
      harms.add("UPDATE \"Odd t\" SET " + change + " WHERE " + some(random, rows));
    }
    TARGET.execute(harms.toArray(String[]::new));
  }

  private static String some(Random random, int rows) {
    int from = random.nextInt(rows);
    return switch (random.nextInt(4)) {
      case 0 -> "i = " + (1 + from);
      case 1 -> "i BETWEEN " + from + " AND " + (from + random.nextInt(2_000));
      case 2 -> "abs(hashint4(i)) % " + (2 + random.nextInt(2_000)) + " = 0";
      default -> "i > " + from;
    };
  }

  /** The columns of the key as texts, and the others as one; a row without a key is all key. */
  private static List<List<@Nullable String>> rows(PostgresExtension database, List<String> key)
      throws SQLException {
    List<String> selected = new ArrayList<>();
    for (String column : key) {
      String name = "\"" + column.replace("\"", "\"\"") + "\"";
      selected.add(
          switch (column) {
            case "n" -> "trim_scale(n)::text";
            case "at" -> "(at AT TIME ZONE 'UTC')::text || '+00'";
            default -> name + "::text";
          });
    }
    // Neither the scale of a numeric counts nor the sign of a zero.
    selected.add(
        "(to_jsonb(t) || jsonb_build_object('amount', trim_scale(amount), 'part', part + 0))::text");
    int columns = selected.size();
    return database.query(
        "SELECT " + String.join(", ", selected) + " FROM \"Odd t\" t",
        row -> {
          List<@Nullable String> values = new ArrayList<>();
          for (int i = 1; i <= columns; i++) {
            values.add(row.getString(i));
          }
          return values;
        });
  }

  /** Rows of a key as a multiset: what one side has beyond the other. */
  private static Map<Kind, Map<List<@Nullable String>, Long>> model(
      List<List<@Nullable String>> source, List<List<@Nullable String>> target) {
    Map<List<@Nullable String>, Map<@Nullable String, Integer>> balance = new HashMap<>();
    source.forEach(row -> add(balance, row, 1));
    target.forEach(row -> add(balance, row, -1));
    Map<Kind, Map<List<@Nullable String>, Long>> found = new EnumMap<>(Kind.class);
    balance.forEach(
        (key, contents) -> {
          long here = contents.values().stream().filter(n -> n > 0).mapToLong(n -> n).sum();
          long there = -contents.values().stream().filter(n -> n < 0).mapToLong(n -> n).sum();
          put(found, Kind.DIFFERENT, key, Math.min(here, there));
          put(found, Kind.MISSING, key, here - Math.min(here, there));
          put(found, Kind.EXTRA, key, there - Math.min(here, there));
        });
    return found;
  }

  private static void add(
      Map<List<@Nullable String>, Map<@Nullable String, Integer>> balance,
      List<@Nullable String> row,
      int sign) {
    int last = row.size() - 1;
    List<@Nullable String> key = last == 0 ? row : row.subList(0, last);
    balance.computeIfAbsent(key, none -> new HashMap<>()).merge(row.get(last), sign, Integer::sum);
  }

  private static void put(
      Map<Kind, Map<List<@Nullable String>, Long>> found,
      Kind kind,
      List<@Nullable String> key,
      long rows) {
    if (rows > 0) {
      found.computeIfAbsent(kind, none -> new HashMap<>()).put(key, rows);
    }
  }
}
