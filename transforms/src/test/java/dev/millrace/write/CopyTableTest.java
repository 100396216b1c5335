// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CopyTableTest {

  private static final String EVERY_TYPE =
      """
      (id bigint PRIMARY KEY, b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision,
       n numeric(12,2), big numeric(60,20), free numeric, t text, v varchar(20), c char(5), y bytea,
       d date, tm time, ts timestamp, tz timestamptz, u uuid, j json, jb jsonb, ms timestamp(3))
      """;

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s " + EVERY_TYPE,
        "CREATE TABLE t (LIKE s INCLUDING ALL)",
        """
        INSERT INTO s
        SELECT i, i % 2 = 0, (i % 30000 - 15000)::smallint, (i * 7919)::int, i * 1234567890123,
               (i / 3.0)::real, i / 7.0::float8, (i * 12345.67)::numeric(12,2) % 9999999999,
               (i * 1234567890123456789012345.12345678901234567890)::numeric(60,20),
               CASE i % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN -i / 7.0
                 ELSE i * 1e30 END,
               'text ' || i || E' \\\\ "quoted" \\u00e9\\u4e2d', left(md5(i::text), 20), 'c' || i % 9,
               decode(md5(i::text), 'hex'),
               CASE i % 5 WHEN 0 THEN 'infinity' ELSE date '0001-01-01 BC' + i END,
               time '23:59:59.999999', timestamp '0044-03-15 BC' + i * interval '1 us',
               CASE i % 5 WHEN 0 THEN '-infinity' ELSE now() + i * interval '1 us' END,
               md5(i::text)::uuid, '{"a" :  1}', '{"b": [1, null]}',
               timestamp '2020-01-01 00:00:00.123'
        FROM generate_series(1, 3000) i
        """,
        "INSERT INTO s (id) SELECT -i FROM generate_series(1, 50) i",
        "UPDATE s SET tm = '24:00:00' WHERE id = 5");
  }

  private void copy(ReadTable read, WriteTable write) {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(read).apply(write);
    pipeline.run().waitUntilFinish();
  }

  private void assertEqualTables() throws SQLException {
    String hash = "SELECT count(*) || ' ' || sum(hashtextextended(x::text, 0)) FROM %s x";
    assertThat(POSTGRES.value(hash.formatted("t"), String.class))
        .isEqualTo(POSTGRES.value(hash.formatted("s"), String.class));
  }

  @Test
  void append_shouldCopyEveryTypeByPage() throws SQLException {
    try (HeldSnapshot snapshot = HeldSnapshot.export(spec)) {
      ReadTable read =
          ReadTable.from(spec, "s")
              .underSnapshot(snapshot.ref())
              .blockSize(ByteSize.parse("20KiB"));
      assertThat(read.plan().byPage()).isTrue();
      assertThat(read.plan().splits()).isGreaterThan(4);
      copy(read, WriteTable.into(spec, "t"));
    }
    assertEqualTables();
  }

  @Test
  void append_shouldCopyEveryTypeByKey() throws SQLException {
    ReadTable read = ReadTable.from(spec, "public.s").blockSize(ByteSize.parse("20KiB"));
    assertThat(read.plan().byPage()).isFalse();
    copy(read, WriteTable.into(spec, "t"));
    assertEqualTables();
  }

  @Test
  void append_shouldCopyRowsWhoseKeyIsNull() throws SQLException {
    ReadTable read = ReadTable.from(spec, "s").key("i4", "v").blockSize(ByteSize.parse("9KiB"));
    copy(read, WriteTable.into(spec, "t"));
    assertEqualTables();
  }

  @Test
  void upsert_shouldReplaceRowsOfTheSameKey() throws SQLException {
    POSTGRES.execute("INSERT INTO t (id, t) SELECT i, 'stale' FROM generate_series(100, 200) i");
    copy(ReadTable.from(spec, "s"), WriteTable.into(spec, "t").upsert("id"));
    assertEqualTables();
  }

  @Test
  void where_shouldChooseRows() throws SQLException {
    copy(ReadTable.from(spec, "s").where("i4 IS NULL -- a comment"), WriteTable.into(spec, "t"));
    assertThat(POSTGRES.value("SELECT count(*) FROM t", Long.class)).isEqualTo(50);
  }

  @Test
  void write_shouldRefuseWhatDoesNotFit() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ALTER n TYPE numeric(9,1)");
    Pipeline pipeline = Pipeline.create();
    assertThatThrownBy(
            () -> pipeline.apply(ReadTable.from(spec, "s")).apply(WriteTable.into(spec, "t")))
        .hasMessage(
            "Cannot write to public.t: column n is numeric(9,1), into which not every DECIMAL(12,2)"
                + " goes unchanged");
  }
}
