// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which types go into which others, and what becomes of the values. */
class TypePairsTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @BeforeAll
  static void createTypes() throws SQLException {
    postgres.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE TYPE same_pair AS (a int, b text)",
        "CREATE TYPE other_pair AS (a int, b varchar(3))",
        "CREATE TYPE wide_pair AS (a int, b varchar)",
        "CREATE DOMAIN short AS varchar(3)",
        "CREATE DOMAIN small AS int CHECK (value < 10)",
        "CREATE EXTENSION citext");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "smallint | bigint | 7 | 7",
        "real | double precision | 1.5 | 1.5",
        "numeric(5,2) | numeric(7,3) | NaN | NaN",
        "numeric(5,2) | numeric | 1.50 | 1.50",
        "numeric(100,2) | numeric(100,2) | 1.5 | 1.50",
        "varchar(3) | text | abc | abc",
        "text | varchar(3) | abc | abc",
        "char(5) | char(8) | ab | ab",
        "char(5) | text | ab | ab",
        "text | char(5) | ab | ab",
        "text | mood | sad | sad",
        "mood | text | sad | sad",
        "mood | varchar(4) | sad | sad",
        "text | citext | A | A",
        "interval(2) | interval | 1 mon 00:00:01.25 | 1 mon 00:00:01.25",
        "interval | text | 1 mon 00:00:01.25 | 1 mon 00:00:01.25",
        "timestamptz | text | 2020-01-01 12:00:00+02 | 2020-01-01 10:00:00+00",
        "bigint | varchar | 12 | 12",
        "numeric(5,2) | text | 1.50 | 1.50",
        "bytea | text | \\x00ff | \\x00ff",
        "int[] | text | {1,NULL} | {1,NULL}",
        "point | text | (1,2) | (1,2)",
        "text | integer | 12 | 12",
        "text | uuid | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "text | bit(3) | 101 | 101",
        "text | inet | 10.0.0.1/8 | 10.0.0.1/8",
        "text | int[] | {1,2} | {1,2}",
        "text | xml | <a/> | <a/>",
        "xml | text | <a/> | <a/>",
        "text | pair | (1,x) | (1,x)",
        "text | small | 9 | 9",
        "pair | same_pair | (1,\"x y\") | (1,\"x y\")",
        "pair | text | (1,\"x y\") | (1,\"x y\")",
        "pair[] | same_pair[] | {NULL,\"(1,)\"} | {NULL,\"(1,)\"}",
        "other_pair | wide_pair | (1,xyz) | (1,xyz)",
        "small[] | int[] | {1,2} | {1,2}",
        "int[] | small[] | {1,2} | {1,2}",
        "numeric(5,2)[] | numeric[] | {1.50} | {1.50}",
        "varbit(3) | varbit | 101 | 101"
      })
  void write_shouldKeepTheValue(String source, String target, String given, String expected)
      throws SQLException {
    copy(source, target, given);
    assertThat(postgres.value("SELECT c::text FROM t", String.class)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "bigint | integer | integer, into which not every INT64 goes unchanged",
        "numeric(5,2) | numeric(5,1) | numeric(5,1), into which not every DECIMAL(5,2) goes unchanged",
        "numeric | numeric(5,2) | numeric(5,2), into which not every NUMERIC goes unchanged",
        "numeric(100,2) | numeric(100,1) | numeric(100,1), into which not every numeric(100,2) goes unchanged",
        "text | date | date, into which not every TEXT goes unchanged",
        "text | real | real, into which not every TEXT goes unchanged",
        "text | interval | interval, into which not every TEXT goes unchanged",
        "text | numeric(5,2) | numeric(5,2), into which not every TEXT goes unchanged",
        "text | point | point, into which not every TEXT goes unchanged",
        "text | name | name, into which not every TEXT goes unchanged",
        "text | other_pair | other_pair, into which not every TEXT goes unchanged",
        "interval | interval(2) | interval(2), into which not every interval goes unchanged",
        "interval | varchar(3) | character varying(3), into which not every interval goes unchanged",
        "numeric(5,2)[] | numeric(5,1)[] | numeric(5,1)[], into which not every numeric(5,2)[] goes unchanged",
        "int[] | bigint[] | bigint[], into which not every integer[] goes unchanged",
        "pair | other_pair | other_pair, into which not every row(a integer, b text) goes unchanged",
        "pair | json | json, into which not every row(a integer, b text) goes unchanged",
        "inet | cidr | cidr, into which not every inet goes unchanged",
        "money[] | json | json, into which not every money[] in $ goes unchanged",
        "date | timestamp | timestamp without time zone, into which not every DATE goes unchanged"
      })
  void plan_shouldRefuseWhatCouldChange(String source, String target, String why)
      throws SQLException {
    String currency = postgres.value("SELECT current_setting('lc_monetary')", String.class);
    assertThatThrownBy(() -> copy(source, target, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot write to public.t: column c is " + why.replace("$", currency));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "text | varchar(3) | abcd | Cannot write to public.t: column c: value too long for type character varying(3)",
        "text | short | abcd | Cannot write to public.t: column c: value too long for type character varying(3)",
        "text | small | 10 | Cannot write to public.t: value for domain small violates check constraint \"small_check\"",
        "text | mood | bad | Cannot write to public.t: column c: invalid input value for enum mood: \"bad\"",
        "text | integer | x | Cannot write to public.t: invalid input syntax for type integer: \"x\"",
        "text | bit(3) | 1010 | Cannot write to public.t: bit string length 4 does not match type bit(3)"
      })
  void write_shouldFailByName(String source, String target, String given, String message) {
    assertThatThrownBy(() -> copy(source, target, given))
        .isInstanceOf(SQLException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "varchar(3), 5, character varying(3)",
    "short, 5, short",
    "char(3), 2, character(3)",
    "char(3), 5, character(3)"
  })
  void write_shouldRefuseToDropBlanks(String target, int length, String type) {
    String given = "é".repeat(1) + " ".repeat(length - 1);
    assertThatThrownBy(() -> copy("text", target, given))
        .hasMessage(
            "Invalid value of column c: a text of "
                + length
                + " characters that ends in blanks (must fit "
                + type
                + ", which would drop some)");
  }

  @Test
  void write_shouldKeepBlanksThatFit() throws SQLException {
    copy("text", "varchar(3)", "é  ");
    assertThat(postgres.value("SELECT length(c) FROM t", Integer.class)).isEqualTo(3);
  }

  @Test
  void plan_shouldRefuseNumbersOfOneDatabase() {
    assertThatThrownBy(() -> copy("regclass", "regclass", null))
        .hasMessage(
            "Cannot read column c of public.s: a regclass means nothing outside its database; leave"
                + " the column out, or cast it to text in a view");
  }

  private static void copy(String source, String target, @Nullable String given)
      throws SQLException {
    postgres.execute(
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s (c " + source + ")",
        "CREATE TABLE t (c " + target + ")",
        "INSERT INTO s VALUES (" + (given == null ? "NULL" : Sql.literal(given)) + ")");
    try (Connection connection = ConnectionSpec.of(postgres.jdbcUrl()).connect("test")) {
      connection.setAutoCommit(false);
      TableRead read =
          TableRead.of(Catalog.describe(connection, TableName.parse("s")), List.of(), "");
      Table table = Catalog.describe(connection, TableName.parse("t"));
      TableWriter writer = new TableWriter(TableWrite.of(table, read.schema(), List.of()));
      BlockBuilder rows = new BlockBuilder(read.schema());
      try (CopyReader copy = new CopyReader(connection, read, read.query("true"))) {
        copy.fill(rows, Long.MAX_VALUE);
      }
      Block block = rows.build(Origin.NONE);
      writer.write(connection, List.of(block), () -> {});
      connection.commit();
    }
  }
}
