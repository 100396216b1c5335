// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table with a column of every type that PostgreSQL and its extensions offer, and of types made
 * by a user, and values for it that the server generates.
 */
final class EveryType {

  /** A type, and an expression of its values that may call {@link #FUNCTIONS}. */
  record Sample(String type, String value) {}

  /** Created in another order in the target, so that its types are numbered otherwise there. */
  static final List<String> EXTENSIONS = List.of("hstore", "citext", "ltree", "cube", "isn");

  static final List<String> USER_TYPES =
      List.of(
          "CREATE TYPE mood AS ENUM ('sad', 'so so', 'O''Hara \"x\"', '\\', '')",
          "CREATE TYPE float_range AS RANGE (subtype = float8)",
          "CREATE DOMAIN email AS varchar(30) CHECK (value LIKE '%@%')",
          "CREATE DOMAIN positive AS int CHECK (value > 0)",
          "CREATE DOMAIN amount AS numeric(6,2)",
          "CREATE DOMAIN many AS int[]",
          "CREATE SCHEMA \"Odd \"\"schema\"",
          "CREATE DOMAIN \"Odd \"\"schema\".\"Large, yes\" AS positive CHECK (value > 10)");

  static final List<String> USER_TYPES_OF_USER_TYPES =
      List.of(
          """
          CREATE TYPE "Odd ""schema"."Address(1)" AS (street text, "No. 1" int, at timestamptz,
            felt mood, tags text[], due amount, span interval, ok boolean)
          """,
          "CREATE TYPE nested AS (home \"Odd \"\"schema\".\"Address(1)\", ages positive[], f float4)",
          "CREATE DOMAIN residence AS \"Odd \"\"schema\".\"Address(1)\"",
          "CREATE DOMAIN temper AS mood CHECK (value <> 'sad')",
          "CREATE TYPE mood_range AS RANGE (subtype = mood)");

  static final String FUNCTIONS =
      """
      CREATE FUNCTION n(most bigint) RETURNS bigint LANGUAGE sql VOLATILE
        AS 'SELECT floor(random() * most)::bigint';
      CREATE FUNCTION pick(VARIADIC choices anycompatiblearray) RETURNS anycompatible LANGUAGE sql VOLATILE
        AS 'SELECT choices[1 + n(cardinality(choices))]';
      CREATE FUNCTION txt() RETURNS text LANGUAGE sql VOLATILE AS $$
        SELECT coalesce(string_agg(pick('', ' ', 'a', 'NULL', '"', E'\\\\', '{', '}', ',', '(', ')', E'\\n',
          E'\\t', U&'\\00e9', U&'\\4e2d', U&'\\+01F600', '''', 'xyz', '\\N', '1'), ''), '')
        FROM generate_series(1, n(7)) $$;
      CREATE FUNCTION ts() RETURNS timestamp LANGUAGE sql VOLATILE AS $$
        SELECT pick('infinity', '-infinity', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999',
          '1970-01-01', timestamp '0044-03-15 BC' + n(2000000000000) * interval '1 us',
          timestamp '1900-01-01' + n(7000000000000000) * interval '1 us') $$;
      CREATE FUNCTION f8() RETURNS float8 LANGUAGE sql VOLATILE AS $$
        SELECT pick('NaN', 'Infinity', '-Infinity', '-0', 5e-324, 1.7976931348623157e308, 0.1,
          (random() - 0.5) * 1e10, random(), (random() - 0.5) * 1e-200) $$;
      CREATE FUNCTION iv() RETURNS interval LANGUAGE sql VOLATILE AS $$
        SELECT pick('0', '-178000000 years', '1 mon -1 day', 'infinity',
          make_interval(months => n(100)::int - 50, days => n(100)::int - 50, secs => n(1000000) / 1e6 - 0.5)) $$;
      CREATE FUNCTION flt() RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT (random() - 0.5) * 1000';
      CREATE FUNCTION pt() RETURNS text LANGUAGE sql VOLATILE
        AS $$ SELECT '(' || flt() || ',' || flt() || ')' $$;
      """;

  private static final String ADDRESS =
      "ROW(txt(), n(9), ts(), pick(NULL, 'sad', '\\', '')::mood, ARRAY[txt(), NULL, txt()],"
          + " pick('NaN', 1.5, n(999999) / 100.0), iv(), random() < 0.5)";

  static final List<Sample> SAMPLES =
      List.of(
          of("boolean", "random() < 0.5"),
          of("smallint", "n(65536) - 32768"),
          of("integer", "n(4294967296) - 2147483648"),
          of("bigint", "pick(9223372036854775807, -9223372036854775808, n(1000000000000000))"),
          of("real", "pick('NaN', '-0', 'Infinity', 1e-45::real, 3.4e38::real, flt()::real)"),
          of("double precision", "f8()"),
          of(
              "numeric",
              "pick('NaN', 'Infinity', '-Infinity', 0.000, 1e300, 1e-300, flt()::numeric)"),
          of("numeric(12,2)", "pick('NaN', 9999999999.99, -9999999999.99, n(100000) / 100.0)"),
          of("numeric(18,18)", "pick('NaN', 0.999999999999999999, -0.000000000000000001)"),
          of("numeric(18,0)", "pick('NaN', 999999999999999999.0, -999999999999999999)"),
          of(
              "numeric(38,10)",
              "pick('NaN', 9999999999999999999999999999.9999999999, flt()::numeric)"),
          of("numeric(76,20)", "pick('NaN', 1e55, -1e55, flt()::numeric, 0)"),
          of("numeric(100,2)", "pick('NaN', 1e90, n(1000)::numeric / 7)"),
          of("numeric(5,-2)", "pick('NaN', 9999900.0, n(9999999))"),
          of("numeric(3,5)", "pick('NaN', 0.00999, n(999) / 100000.0)"),
          of("text", "txt()"),
          of("text COLLATE \"C\"", "txt()"),
          of("varchar(20)", "left(txt(), 20)"),
          of("varchar", "txt()"),
          of("char(5)", "left(translate(txt(), E'\\n\\t', ''), 5)"),
          of("bpchar", "txt()"),
          of("\"char\"", "pick('', 'a', E'\\\\', ' ')::\"char\""),
          of("name", "txt()::name"),
          of("bytea", "decode(md5(random()::text), 'hex')"),
          of("date", "pick('infinity', '-infinity', '4714-11-24 BC', '5874897-12-31', ts()::date)"),
          of("time", "pick('00:00', '24:00:00', '23:59:59.999999', make_time(1, 2, random()))"),
          of("time(2)", "pick('24:00', '23:59:59.99', time '00:00' + n(10000) * interval '10 ms')"),
          of("timetz", "pick('24:00:00-15:59', '00:00:00+15:59', '01:02:03.000004+05:30'::timetz)"),
          of("timetz(1)", "pick('24:00:00-15:59', '01:02:03.1+05:30'::timetz)"),
          of("timestamp", "ts()"),
          of("timestamp(3)", "date_trunc('milliseconds', ts())"),
          of("timestamptz", "ts()"),
          of("timestamptz(0)", "date_trunc('second', ts())"),
          of("interval", "iv()"),
          of("interval(2)", "make_interval(secs => n(1000) / 100.0)"),
          of("interval year to month", "make_interval(months => n(100)::int)"),
          of("uuid", "md5(random()::text)::uuid"),
          of(
              "json",
              "pick('{\"a\" :  1, \"a\":2}', ' [1, null] ', to_json(txt())::text, '1e5')::json"),
          of("jsonb", "jsonb_build_object(txt(), flt(), 'x', txt(), 'y', ARRAY[1, NULL, n(9)])"),
          of(
              "xml",
              "pick('<a/>', '<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\u00e9</a>',"
                  + " E'\\n x &amp; <b>y</b>', '<?xml version=\"1.0\" standalone=\"yes\"?><a/>', '')::xml"),
          of("jsonpath", "pick('$.a[*] ? (@ > 1)', 'strict $.\"x y\"'::jsonpath)"),
          of(
              "inet",
              "pick('10.1.2.3', '10.1.2.3/8', '::1', 'fe80::1/64', ('10.0.0.0'::inet + n(9999)))"),
          of("cidr", "pick('10.1.0.0/16', '::/0', '192.168.1.5/32', 'fe80::/10'::cidr)"),
          of("macaddr", "('08:00:2b:01:02:0' || n(9))::macaddr"),
          of("macaddr8", "('08:00:2b:01:02:03:04:0' || n(9))::macaddr8"),
          of("bit", "n(2)::int::bit(1)"),
          of("bit(5)", "n(32)::int::bit(5)"),
          of("varbit(20)", "pick('', '1', n(1024)::int::bit(10)::varbit)"),
          of("varbit", "pick('', '1', n(1024)::int::bit(10)::varbit)"),
          of(
              "money",
              "pick('-92233720368547758.08', '92233720368547758.07', (n(10000) / 100.0)::money)"),
          of("oid", "n(4294967296)::oid"),
          of("xid", "n(9)::text::xid"),
          of("cid", "n(9)::text::cid"),
          of("xid8", "n(1000000000000)::text::xid8"),
          of("tid", "('(' || n(4294967295) || ',' || n(65535) || ')')::tid"),
          of("pg_lsn", "'0/0'::pg_lsn + n(1000000000000000)"),
          of("pg_snapshot", "('10:20:' || 10 + n(10))::pg_snapshot"),
          of("txid_snapshot", "('10:20:' || 10 + n(10))::txid_snapshot"),
          of("refcursor", "txt()::refcursor"),
          of("int2vector", "pick('1 2 3', '5', '')::int2vector"),
          of("oidvector", "pick('1 2 3', '5', '')::oidvector"),
          of("aclitem", "(current_user || '=r/' || current_user)::aclitem"),
          of("point", "pick('(0,-0)', '(NaN,Infinity)', pt()::point)"),
          of("line", "('{' || 1 + n(9) || ',' || flt() || ',0.1}')::line"),
          of("lseg", "('[' || pt() || ',' || pt() || ']')::lseg"),
          of("box", "(pt() || ',' || pt())::box"),
          of("path", "pick('[' || pt() || ']', '(' || pt() || ',' || pt() || ')')"),
          of("polygon", "('(' || pt() || ',' || pt() || ',' || pt() || ')')::polygon"),
          of("circle", "('<' || pt() || ',' || n(99) || '>')::circle"),
          of(
              "tsvector",
              "to_tsvector('english', 'The ''quick'' \\ fox ' || n(99)) || 'a:1A b:2,3C'"),
          of("tsquery", "pick('a & !b | c:*', '''x y'' <-> z', ''::tsquery)"),
          of("int4range", "pick('empty', '(,)', int4range(n(9)::int, 9 + n(9)::int, '[]'))"),
          of("int8range", "int8range(NULL, n(99999999999))"),
          of("numrange", "numrange(0.10, 1 + n(9), '(]')"),
          of("tsrange", "tsrange('-infinity', 'infinity', pick('[)', '[]', '()'))"),
          of("tstzrange", "tstzrange('2020-01-01 00:00:00.000001+00', NULL)"),
          of("daterange", "daterange('2020-01-01', '2020-01-02'::date + n(9)::int)"),
          of("int4multirange", "pick('{}', '{[1,2),[5,7]}', '{(,3]}'::int4multirange)"),
          of("int8multirange", "int8multirange(int8range(1, 2 + n(9)))"),
          of("nummultirange", "'{[1.10,2.0],(5,)}'::nummultirange"),
          of("tsmultirange", "'{[2020-01-01,infinity]}'::tsmultirange"),
          of("tstzmultirange", "'{[2020-01-01 10:00+02,)}'::tstzmultirange"),
          of("datemultirange", "'{[2020-01-01,2020-01-05),[2021-01-01,)}'::datemultirange"),
          of("integer[]", "pick('{}', '[0:2]={1,2,NULL}', '{{1,2},{3,4}}', '{NULL}')::int[]"),
          of("text[]", "ARRAY[txt(), NULL, txt(), 'NULL', '']"),
          of("varchar(4)[]", "ARRAY[left(txt(), 4), NULL]"),
          of("char(3)[]", "ARRAY['a', 'b c', NULL]"),
          of("numeric(5,2)[]", "ARRAY[pick('NaN', n(99999) / 100.0), 1.5]"),
          of("numeric[]", "ARRAY['NaN', 'Infinity', flt()::numeric]"),
          of("timestamptz[]", "ARRAY[ts(), NULL]"),
          of("interval(0)[]", "ARRAY[make_interval(secs => n(99))]"),
          of("jsonb[]", "ARRAY[jsonb_build_object(txt(), 1)]"),
          of("xml[]", "ARRAY['<a/>'::xml, NULL]"),
          of("inet[]", "ARRAY['::1', '10.0.0.1/8'::inet]"),
          of("bytea[]", "ARRAY['\\x00ff'::bytea, decode(md5(random()::text), 'hex')]"),
          of("money[]", "ARRAY[n(100)::money]"),
          of("bit(3)[]", "ARRAY[n(8)::int::bit(3)]"),
          of("int4range[]", "ARRAY['empty', int4range(1, 2 + n(9)::int)]"),
          of("point[]", "ARRAY[pt()::point]"),
          of("mood", "pick('sad', 'so so', 'O''Hara \"x\"', '\\', '')::mood"),
          of("mood[]", "ARRAY[NULL, pick('sad', 'O''Hara \"x\"', '\\', '')::mood]"),
          of("mood_range", "mood_range('sad', pick('sad', 'so so', '')::mood, '[]')"),
          of("float_range", "float_range(0.1, 1 + random(), '(]')"),
          of("float_multirange", "float_multirange(float_range(0.1, 1 + random()))"),
          of("email", "'a@' || n(999)"),
          of("positive", "1 + n(9)"),
          of("\"Odd \"\"schema\".\"Large, yes\"", "11 + n(9)"),
          of("amount", "pick('NaN', n(999999) / 100.0)"),
          of("many", "ARRAY[n(9), NULL]"),
          of("temper", "pick('so so', '')::mood"),
          of("positive[]", "ARRAY[1 + n(9)]::positive[]"),
          of("\"Odd \"\"schema\".\"Address(1)\"", ADDRESS),
          of(
              "\"Odd \"\"schema\".\"Address(1)\"",
              "ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"),
          of(
              "\"Odd \"\"schema\".\"Address(1)\"[]",
              "ARRAY[" + ADDRESS + "::\"Odd \"\"schema\".\"Address(1)\", NULL]"),
          of("nested", "ROW(" + ADDRESS + ", ARRAY[1, n(9) + 1], flt())"),
          of("residence", ADDRESS + "::\"Odd \"\"schema\".\"Address(1)\""),
          of("hstore", "hstore(ARRAY['k' || txt(), 'b'], ARRAY[txt(), NULL])"),
          of("hstore[]", "ARRAY[hstore('k', txt())]"),
          of("citext", "txt()"),
          of("citext[]", "ARRAY[txt()::citext]"),
          of("ltree", "('a.b' || n(9))::ltree"),
          of("cube", "cube(ARRAY[flt(), flt()], ARRAY[flt(), 0.1])"),
          of("isbn13", "'978-0-393-04002-9'::isbn13"));

  private EveryType() {}

  private static Sample of(String type, String value) {
    return new Sample(type, value);
  }

  /** The columns, with {@code id} the primary key. */
  static String columns() {
    return IntStream.range(0, SAMPLES.size())
        .mapToObj(i -> "c" + i + " " + SAMPLES.get(i).type())
        .collect(Collectors.joining(", ", "(id int PRIMARY KEY, ", ")"));
  }

  /** A query of so many rows, of whose values one in ten is NULL. */
  static String rows(int count) {
    return SAMPLES.stream()
        .map(
            each ->
                "CASE WHEN random() > 0.1 THEN ("
                    + each.value()
                    + ")::"
                    + each.type().replace(" COLLATE \"C\"", "")
                    + " END")
        .collect(
            Collectors.joining(
                ", ",
                "SELECT setseed(0.5); INSERT INTO source SELECT i, ",
                " FROM generate_series(1, " + count + ") i"));
  }

  /** A query of each row of a table as one text. */
  static String texts(String table) {
    List<String> columns = new ArrayList<>(List.of("id"));
    IntStream.range(0, SAMPLES.size()).forEach(i -> columns.add("c" + i));
    return columns.stream()
        .map(column -> "coalesce(quote_literal(" + column + "::text), '-')")
        .collect(Collectors.joining(" || ' ' || ", "SELECT ", " AS r FROM " + table));
  }
}
