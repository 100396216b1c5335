// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.verify.Difference.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Values of one type and another, and whether one is the copy of the other. */
class CanonicalTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  /** Two types and two values as SQL has them. */
  private record Pair(String type, String value, String otherType, String otherValue) {}

  private static Pair pair(String type, String value, String otherType, String otherValue) {
    return new Pair(type, value, otherType, otherValue);
  }

  private static final List<Pair> EQUAL =
      List.of(
          pair("numeric", "1.0", "numeric", "1.00"),
          pair("numeric", "100", "numeric(9,3)", "100.000"),
          pair("numeric(9,2)", "0.50", "numeric(9,2)", "0.5"),
          pair("numeric", "NaN", "numeric", "nan"),
          pair("numeric", "-Infinity", "numeric", "-inf"),
          pair("numeric(5,-2)", "12345", "numeric", "12300"),
          pair("smallint", "7", "bigint", "7"),
          pair("int", "-7", "numeric(9,2)", "-7.00"),
          pair("int", "1000000", "float8", "1e6"),
          pair("float8", "-0", "float8", "0"),
          pair("real", "-0", "real", "0"),
          pair("real", "0.1", "float8", "0.10000000149011612"),
          pair("float8", "NaN", "float8", "NaN"),
          pair("float8", "-Infinity", "float8", "-Infinity"),
          pair("real", "1e-45", "real", "1.4e-45"),
          pair("char(5)", "ab", "char(9)", "ab "),
          pair("char(5)", "ab", "varchar", "ab"),
          pair("varchar(9)", "ab ", "text", "ab "),
          pair("json", "{\"b\": 1,  \"a\":[1.50, null]}", "jsonb", "{\"a\":[1.50,null], \"b\":1}"),
          pair("jsonb", "{\"b\":1, \"a\":2}", "jsonb", "{\"a\":2,\"b\":1}"),
          pair("text", " {\"a\" : 1}", "jsonb", "{\"a\":1}"),
          pair("json", "{\"a\" : 1}", "text", "{\"a\" : 1}"),
          pair("timestamptz", "2024-03-31 03:00:00+02", "timestamptz", "2024-03-31 01:00:00Z"),
          pair("timestamptz", "infinity", "timestamptz", "infinity"),
          pair("timestamptz", "0044-03-15 BC", "timestamptz", "0044-03-15 00:00:00 BC"),
          pair("timestamptz", "2024-01-01 00:00:00+00", "text", "2024-01-01 00:00:00+00"),
          pair("timestamp(3)", "2024-01-01 01:02:03.5", "timestamp", "2024-01-01 01:02:03.500"),
          pair("date", "4714-11-24 BC", "date", "4714-11-24 BC"),
          pair("time", "24:00:00", "time", "24:00"),
          pair("interval", "1 mon -1 day", "interval", "P1M-1D"),
          pair("bytea", "\\x00ff", "bytea", "\\000\\377"),
          pair("boolean", "yes", "boolean", "true"),
          pair("boolean", "yes", "text", "true"),
          pair("text", "on", "boolean", "true"),
          pair(
              "uuid",
              "{A0EEBC99-9C0B4EF8-BB6D6BB9BD380A11}",
              "text",
              "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
          pair(
              "text",
              "A0EEBC999C0B4EF8BB6D6BB9BD380A11",
              "uuid",
              "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
          pair("text", "007", "int", "7"),
          pair("text", "1.50", "numeric", "1.5"),
          pair("numeric(9,2)", "1.5", "text", "1.50"),
          pair("money", "12.50", "money", "$12.50"),
          pair("inet", "10.0.0.1/32", "inet", "10.0.0.1"),
          pair("int[]", "{1, NULL,3}", "int[]", "[0:2]={1,NULL,3}".replace("[0:2]=", "")),
          pair("mood", "so so", "mood", "so so"),
          pair("mood", "so so", "text", "so so"),
          pair("text", "so so", "mood", "so so"),
          pair("xml", "<?xml version=\"1.0\"?><a/>", "xml", "<?xml version=\"1.0\"?><a/>"),
          pair("pair", "(1,)", "pair", "(1,)"),
          pair("int4range", "[1,3]", "int4range", "[1,4)"),
          pair("bit(3)", "101", "bit(3)", "101"),
          pair("tsvector", "b a", "tsvector", "a b"));

  private static final List<Pair> DIFFERENT =
      List.of(
          pair("numeric", "1.0", "numeric", "1.000000000000000000000000000001"),
          pair("numeric", "NaN", "numeric", "Infinity"),
          pair("bigint", "9007199254740993", "bigint", "9007199254740992"),
          // Equal in all hashes of a bigint that PostgreSQL has.
          pair("bigint", "0", "bigint", "4294967297"),
          pair(
              "timestamptz",
              "2000-01-01 00:00:00+00",
              "timestamptz",
              "2000-01-01 01:11:34.967297+00"),
          pair("real", "0.1", "float8", "0.1"),
          pair("float8", "0.1", "float8", "0.10000000000000002"),
          pair("text", "", "text", "(null)"),
          pair("text", "ab", "text", "ab "),
          pair("text", "e\u0301", "text", "\u00e9"),
          pair("text", "A", "text", "a"),
          pair("varchar", "ab ", "char(5)", "ab "),
          pair("json", "{\"a\": 1}", "json", "{\"a\":1}"),
          pair("jsonb", "{\"a\": 1}", "jsonb", "{\"a\": \"1\"}"),
          pair("interval", "1 mon", "interval", "30 days"),
          pair("interval", "1 day", "interval", "24:00"),
          pair("timetz", "12:00+00", "timetz", "13:00+01"),
          pair("timestamptz", "2024-01-01 00:00:00.000001Z", "timestamptz", "2024-01-01Z"),
          pair("boolean", "true", "boolean", "false"),
          pair("int[]", "{1,2}", "int[]", "{{1},{2}}"),
          pair("int[]", "{1}", "int[]", "[0:0]={1}"),
          pair("text[]", "{NULL}", "text[]", "{\"NULL\"}"),
          pair("pair", "(,)", "pair", "(null)"),
          pair("pair", "(1,)", "pair", "(1,\"\")"),
          pair("xml", "<a/>", "xml", "<a></a>"),
          pair("bytea", "\\x00", "bytea", "\\x"));

  @Test
  void texts_shouldBeEqual_justWhenTheCopyIsRight() throws Exception {
    List<Pair> all = new ArrayList<>(EQUAL);
    all.addAll(DIFFERENT);
    // What a session writes by default differs on the two sides, and counts for nothing.
    settle(SOURCE, "ISO, DMY", "Australia/Lord_Howe", "hex", "iso_8601", "C");
    settle(TARGET, "SQL, MDY", "America/St_Johns", "escape", "sql_standard", "C");
    create(SOURCE, all.stream().map(Pair::type).toList(), all.stream().map(Pair::value).toList());
    create(
        TARGET,
        all.stream().map(Pair::otherType).toList(),
        all.stream().map(Pair::otherValue).toList());
    VerifyOptions options =
        VerifyOptions.of(
            ConnectionSpec.of(SOURCE.jdbcUrl()), "t", ConnectionSpec.of(TARGET.jdbcUrl()), "t");

    Verification found;
    try (Verify verify = Verify.open(options)) {
      found = verify.compare();
    }

    List<String> expected = new ArrayList<>();
    for (int i = EQUAL.size(); i < all.size(); i++) {
      expected.add("c" + i);
    }
    assertThat(found.named(Kind.DIFFERENT)).hasSize(1);
    List<String> columns = found.named(Kind.DIFFERENT).get(0).columns();
    assertThat(columns.stream().filter(name -> !expected.contains(name)).map(name -> of(all, name)))
        .as("equal, but not so found")
        .isEmpty();
    assertThat(expected.stream().filter(name -> !columns.contains(name)).map(name -> of(all, name)))
        .as("different, but not so found")
        .isEmpty();
  }

  private static Pair of(List<Pair> all, String column) {
    return all.get(Integer.parseInt(column.substring(1)));
  }

  private static void settle(
      PostgresExtension database,
      String dates,
      String zone,
      String bytes,
      String spans,
      String money)
      throws Exception {
    String name = database.value("SELECT current_database()::text", String.class);
    String alter = "ALTER DATABASE " + name + " SET ";
    database.execute(
        alter + "datestyle = '" + dates + "'",
        alter + "timezone = '" + zone + "'",
        alter + "bytea_output = '" + bytes + "'",
        alter + "intervalstyle = '" + spans + "'",
        alter + "lc_monetary = '" + money + "'",
        alter + "extra_float_digits = " + (bytes.equals("hex") ? "-2" : "3"),
        "CREATE TYPE mood AS ENUM (" + (bytes.equals("hex") ? "'a', " : "") + "'so so', 'z')",
        "CREATE TYPE pair AS (a int, b text)");
  }

  private static void create(PostgresExtension database, List<String> types, List<String> values)
      throws Exception {
    List<String> columns = new ArrayList<>();
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      columns.add("c" + i + " " + types.get(i));
      String value = values.get(i);
      literals.add(
          value.equals("(null)")
              ? "NULL"
              : "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'::" + types.get(i));
    }
    database.execute(
        "SET timezone = 'UTC'; CREATE TABLE t (id int PRIMARY KEY, "
            + String.join(", ", columns)
            + ")",
        "INSERT INTO t SELECT 1, " + String.join(", ", literals));
  }
}
