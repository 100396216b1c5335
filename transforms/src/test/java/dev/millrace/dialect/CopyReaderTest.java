// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CopyReaderTest {

  private static final int ROWS = 20_000;
  private static final long LIMIT = 50_000;

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // A row, and how many bytes of a block it takes at most.
        "i::bigint as a, (i % 3)::smallint as b | 10",
        "repeat('x', i % 500) as a, i as b | 510",
        "null::numeric(60, 3) as a, null::numeric(60, 3) as b | 65",
        "case when i % 5000 = 0 then repeat('y', 100000) end as a, i as b | 100010"
      })
  void fill_shouldEndABlockWithTheRowThatReachesTheLimit(String columns, long widest)
      throws Exception {
    postgres.execute(
        "drop table if exists filled",
        "create table filled as select %s from generate_series(1, %d) i".formatted(columns, ROWS));
    ConnectionSpec spec = ConnectionSpec.of(postgres.jdbcUrl());
    List<Block> full = new ArrayList<>();
    Block rest;
    try (Connection connection = spec.connect("test")) {
      TableRead read =
          TableRead.of(Catalog.describe(connection, TableName.parse("filled")), List.of(), "");
      BlockBuilder rows = new BlockBuilder(read.schema());
      try (CopyReader copy = new CopyReader(connection, read, read.query("true"))) {
        while (copy.fill(rows, LIMIT)) {
          full.add(rows.build(Origin.NONE));
        }
        rest = rows.build(Origin.NONE);
      }
    }
    assertThat(full)
        .hasSizeGreaterThan(1)
        .allSatisfy(block -> assertThat(block.bytes()).isBetween(LIMIT, LIMIT + widest));
    assertThat(rest.bytes()).isLessThan(LIMIT);
    assertThat(full.stream().mapToLong(Block::rows).sum() + rest.rows()).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 3_000_000})
  void close_shouldLeaveNothingOnTheWay_whetherOrNotTheServerHasSentAll(int rows) throws Exception {
    postgres.execute(
        "drop table if exists filled",
        "create table filled as select i as a from generate_series(1, %d) i".formatted(rows));
    try (Connection connection = ConnectionSpec.of(postgres.jdbcUrl()).connect("test");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      TableRead read =
          TableRead.of(Catalog.describe(connection, TableName.parse("filled")), List.of(), "");
      for (int time = 0; time < 5; time++) {
        BlockBuilder block = new BlockBuilder(read.schema());
        try (CopyReader copy = new CopyReader(connection, read, read.query("true"))) {
          assertThat(copy.fill(block, 40)).isTrue();
        }
        connection.rollback();
        statement.execute("set local lock_timeout = 0; set local statement_timeout = 0");
        try (ResultSet answer = statement.executeQuery("select " + time)) {
          answer.next();
          assertThat(answer.getInt(1)).isEqualTo(time);
        }
        connection.rollback();
      }
    }
  }
}
