// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TableResultsTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final Fingerprint ONE = new Fingerprint(1, "0123456789abcdef0123456789abcdef");
  private static final Fingerprint OTHER = new Fingerprint(2, "f123456789abcdef0123456789abcdef");
  private static final List<String> TAGS = List.of("public.bronze", "public.silver");

  private final TableResults results = TableResults.in(ConnectionSpec.of(postgres.jdbcUrl()));

  @AfterEach
  void drop() throws SQLException {
    postgres.execute("DROP SCHEMA IF EXISTS millrace CASCADE");
  }

  @Test
  void unchanged_shouldNeedEqualKeyAndEqualOutput() throws SQLException {
    keep("a1", "b1", "c1");
    results.keep("silver", TAGS, List.of(made("empty", "e1", Fingerprint.EMPTY)));

    Map<String, TableResult> unchanged =
        results.unchanged(
            "silver",
            Map.of("a", "a1", "b", "b2", "c", "c1", "d", "d1", "empty", "e1"),
            () -> Map.of("a", ONE, "b", ONE, "c", OTHER, "d", ONE));

    assertThat(unchanged).containsOnlyKeys("a", "empty");
    TableResult a = requireNonNull(unchanged.get("a"));
    assertThat(a.seconds()).isEqualTo(1.5);
    assertThat(a.rows()).isEqualTo(744);
    assertThat(a.tags()).isEqualTo(TAGS);
    assertThat(results.unchanged("gold", Map.of("a", "a1"), Map::of)).isEmpty();
  }

  @Test
  void unchanged_shouldNotMeasureWhatNoKeyAsksFor() throws SQLException {
    assertThat(results.unchanged("silver", Map.of("a", "a1"), TableResultsTest::unasked)).isEmpty();
    keep("a1");
    assertThat(results.unchanged("silver", Map.of("a", "a2"), TableResultsTest::unasked)).isEmpty();
  }

  @Test
  void unchanged_shouldTellWhenItWasUsed() throws SQLException {
    keep("a1", "b1");
    results.unchanged("silver", Map.of("a", "a1"), () -> Map.of("a", ONE));

    assertThat(results.list())
        .satisfiesExactly(
            a -> assertThat(a.usedAt()).isAfter(a.madeAt()),
            b -> assertThat(b.usedAt()).isBetween(b.madeAt(), b.madeAt().plusMillis(100)));
  }

  @Test
  void keep_shouldTakeThePlaceOfWhatWas() throws SQLException {
    keep("a1");
    keep("a2");

    assertThat(results.list()).singleElement().extracting(TableResult::key).isEqualTo("a2");
  }

  @Test
  void forget_shouldForgetWhatIsMeantAndNoMore() throws SQLException {
    assertThat(results.list()).isEmpty();
    assertThat(results.forgetAll()).isZero();
    keep("a1", "a2", "b1");
    results.keep("gold", List.of("public.gold"), List.of(made("a", "c1", ONE)));

    assertThat(results.forgetPart("silver", "none")).isZero();
    assertThat(results.forgetKey("a2")).isEqualTo(1);
    assertThat(results.forgetTable("public.gol")).isZero();
    assertThat(results.forgetTable("public.gold")).isEqualTo(1);
    assertThat(results.forgetOlderThan(Duration.ofHours(1))).isZero();
    assertThat(results.forgetPart("silver", "a")).isEqualTo(1);
    assertThat(results.forgetStage("silver")).isEqualTo(1);
    keep("a1");
    assertThat(results.forgetOlderThan(Duration.ZERO)).isEqualTo(1);
    assertThatThrownBy(() -> results.forgetKey("%"))
        .hasMessage("Invalid key: % (must be the beginning of one, of hexadecimal digits)");
  }

  @Test
  void prepare_shouldBearSeveralAtOnce() throws Exception {
    ExecutorService several = Executors.newFixedThreadPool(8);
    try {
      Callable<Boolean> prepare =
          () -> {
            results.prepare();
            return true;
          };
      for (Future<Boolean> each : several.invokeAll(Collections.nCopies(8, prepare))) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      several.shutdown();
    }
  }

  @Test
  void prepare_shouldSayWhoMayHelp() throws SQLException {
    postgres.execute("CREATE ROLE poor LOGIN");
    TableResults poor = TableResults.in(ConnectionSpec.of(postgres.jdbcUrl()).withUser("poor"));

    assertThatThrownBy(poor::prepare)
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith("Cannot keep results in database ")
        .hasMessageEndingWith("let its owner run: CREATE SCHEMA millrace AUTHORIZATION \"poor\"");
  }

  /** Parts a, b, c with these keys. */
  private void keep(String... keys) throws SQLException {
    for (int i = 0; i < keys.length; i++) {
      results.keep("silver", TAGS, List.of(made(String.valueOf((char) ('a' + i)), keys[i], ONE)));
    }
  }

  private static TableResult.Made made(String part, String key, Fingerprint output) {
    return new TableResult.Made(part, key, output, 744, 1.5);
  }

  private static Map<String, Fingerprint> unasked() {
    throw new IllegalStateException("Cannot measure: nobody should ask");
  }
}
