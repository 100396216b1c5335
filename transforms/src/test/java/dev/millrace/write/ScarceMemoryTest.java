// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Copies in another JVM whose heap is nearly full, or becomes too full. */
class ScarceMemoryTest {

  private static final int ROWS = 200_000;

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @BeforeEach
  void createTables() throws SQLException {
    postgres.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s AS SELECT i AS id, repeat('x', 100) AS name FROM generate_series(1, "
            + ROWS
            + ") i",
        "ALTER TABLE s ADD PRIMARY KEY (id)",
        "ANALYZE s",
        "CREATE TABLE t (LIKE s)");
  }

  @Test
  void copy_shouldCutSmallerBlocks_whileMemoryIsScarce_andTheirSizeWhenItIsNot() throws Exception {
    List<String> said = ScarceChild.run(postgres.jdbcUrl(), "scarce");

    // What was asked for is 1 MiB; of each split there is a rest.
    assertThat(number(said, "bytes of a block while scarce")).isBetween(1L, 600L << 10);
    assertThat(number(said, "bytes of a block afterwards")).isBetween(640L << 10, 1200L << 10);
    assertThat(said)
        .anyMatch(
            line ->
                line.matches(
                    "event: blocks are cut at 50 % of their size instead of 100 %: .* of a heap of"
                        + " .* are in use after its collections"))
        .anyMatch(line -> line.contains("event: blocks are cut at 100 % of their size instead"));
    assertThat(postgres.value("SELECT count(*) FROM t", Long.class)).isEqualTo(2 * ROWS);
  }

  @Test
  void copy_shouldEndInOrder_whenTheHeapIsExhausted_andGoOnFromThere() throws Exception {
    List<String> said = ScarceChild.run(postgres.jdbcUrl(), "hoard");

    assertThat(said)
        .anyMatch(line -> line.equals("failed of java.lang.OutOfMemoryError"))
        .anyMatch(line -> line.matches("report: .* of a heap of .*, never more than .* by .*"));
    assertThat(postgres.value("SELECT count(*) FROM t", Long.class)).isLessThan(ROWS);

    assertThat(ScarceChild.run(postgres.jdbcUrl(), "plain")).contains("done");
    assertThat(postgres.differences("TABLE s", "TABLE t")).isZero();
  }

  private static long number(List<String> said, String what) {
    return said.stream()
        .filter(line -> line.startsWith(what + ": "))
        .mapToLong(line -> Long.parseLong(line.substring(what.length() + 2)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(said));
  }
}
