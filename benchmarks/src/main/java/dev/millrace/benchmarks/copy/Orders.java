// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.stream.IntStream;

/** The rows that are copied: ten columns as an ordinary table of orders has them. */
public final class Orders {

  public static final String KEY = "id";

  /** Of a value that is not NULL, and whatever the declared type keeps of it. */
  private record Field(String name, String type, String fill, String mapped) {}

  /**
   * {@code fill} is the value of row {@code i}: the same on every server, with NULLs, letters of
   * two bytes, microseconds and texts of 32 to 96 characters. {@code mapped} is what {@link
   * TouchEveryColumn} makes of it.
   */
  private static final List<Field> FIELDS =
      List.of(
          new Field(KEY, "bigint not null", "i", "id + 1000000000"),
          new Field("account", "integer not null", "hashint8(i) & 1048575", "account + 1"),
          new Field("kind", "smallint not null", "i % 7", "(kind + 1)::smallint"),
          new Field(
              "amount",
              "numeric(12,2) not null",
              "((hashint8(i)::bigint & 2147483647) % 100000000) / 100.0",
              "(amount + 1.00)::numeric(12,2)"),
          new Field("customer", "text not null", "'Käufer ' || i % 50021", "customer || '+'"),
          new Field(
              "note",
              "text",
              "case when i % 8 <> 0 then repeat(md5(i::text), 1 + (i % 3)::int) end",
              "note || '+'"),
          new Field(
              "created_at",
              "timestamptz not null",
              "timestamptz '2020-01-01 00:00:00+00' + i * interval '1.234567 seconds'",
              "created_at + interval '1 second'"),
          new Field(
              "due",
              "date",
              "case when i % 20 <> 0 then date '2020-01-01' + (i % 2000)::int end",
              "due + 1"),
          new Field("paid", "boolean not null", "i % 3 = 0", "not paid"),
          new Field(
              "weight", "double precision not null", "sqrt(i::double precision)", "weight * 2"));

  private Orders() {}

  static List<String> columns() {
    return FIELDS.stream().map(Field::name).toList();
  }

  static String columnList() {
    return String.join(", ", columns());
  }

  public static String definition() {
    return FIELDS.stream().map(field -> field.name() + " " + field.type()).collect(joining(", "));
  }

  /** The rows 1 to {@code count} in the order of their keys. */
  public static String fill(long count) {
    return "select %s from generate_series(1::bigint, %d) i"
        .formatted(FIELDS.stream().map(Field::fill).collect(joining(", ")), count);
  }

  /** What a copy of a table has to hold. */
  static String expected(String source, boolean mapped) {
    return "select %s from %s"
        .formatted(
            FIELDS.stream()
                .map(field -> mapped ? field.mapped() + " as " + field.name() : field.name())
                .collect(joining(", ")),
            source);
  }

  public static String insertValues(String target, Mode mode) {
    String marks = IntStream.range(0, FIELDS.size()).mapToObj(i -> "?").collect(joining(", "));
    return "insert into %s (%s) values (%s)%s"
        .formatted(target, columnList(), marks, mode == Mode.UPSERT ? " " + onConflict() : "");
  }

  static String onConflict() {
    return "on conflict (%s) do update set %s"
        .formatted(
            KEY,
            columns().stream()
                .filter(column -> !column.equals(KEY))
                .map(column -> column + " = excluded." + column)
                .collect(joining(", ")));
  }
}
