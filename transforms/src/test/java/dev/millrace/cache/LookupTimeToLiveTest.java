// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Joiner;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.cache.Enrichment.Data;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalRedis;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries that expire while they are served: what is written is the same. */
class LookupTimeToLiveTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int STATIONS = 1_000;

  private static final BlockSchema STATION = BlockSchema.of(Column.of("station", BlockType.INT32));
  private static final BlockSchema NAME = BlockSchema.of(Column.of("name", BlockType.TEXT));

  /** Keys that were loaded ahead of time. */
  private static final AtomicLong REFRESHED = new AtomicLong();

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static LocalRedis redis;

  @BeforeAll
  static void start() throws Exception {
    Enrichment.create(POSTGRES.jdbcUrl(), STATIONS, 10_000);
    redis = LocalRedis.start(LocalRedis.Settings.DEFAULT);
  }

  @AfterAll
  static void end() throws IOException {
    redis.close();
  }

  // The direct runner may close the cache after the end: nothing is deleted under it.
  @ParameterizedTest
  @CsvSource({
    "FROZEN, 1",
    "FROZEN, 30",
    "FROZEN, 200",
    "HISTORY, 1",
    "HISTORY, 30",
    "HISTORY, 200"
  })
  void run_shouldWriteTheSame_whenEntriesExpireAtOnce(
      Data data, int millis, @TempDir(cleanup = CleanupMode.NEVER) Path disk) throws SQLException {
    String name = "brief-" + data + "-" + millis;
    Enrichment enrichment = new Enrichment(POSTGRES.jdbcUrl(), data);
    Duration time = Duration.ofMillis(millis);
    CachedLookup brief =
        enrichment
            .lookup(name)
            .cached(
                CacheSettings.DEFAULT
                    .withTimeToLive(time, time)
                    .withHeap(ByteSize.ofKibibytes(64))
                    .withDisk(DiskSettings.of(disk.toString()))
                    .withRedis(RedisSettings.of(redis.url())));
    for (int run = 0; run < 2; run++) {
      assertThat(enrichment.run(brief)).isZero();
    }
    assertThat(Enrichment.asked(name)).as("expired").isGreaterThan(STATIONS * 8 / 7);
  }

  /** Slow enough that entries are loaded again before they expire. */
  private static Map<Row, Row> find(List<Row> keys) throws SQLException {
    if (Thread.currentThread().getName().equals("millrace-refresh")) {
      REFRESHED.addAndGet(keys.size());
    }
    Map<Integer, Row> asked =
        keys.stream().collect(Collectors.toMap(key -> key.getInt32("station"), key -> key));
    Map<Row, Row> found = new HashMap<>();
    String query =
        "SELECT station, name FROM station, pg_sleep(0.02) WHERE station = ANY ('{%s}')"
            .formatted(Joiner.on(',').join(asked.keySet()));
    POSTGRES.query(
        query,
        row ->
            found.put(
                requireNonNull(asked.get(row.getInt(1))),
                Row.withSchema(NAME.toBeam()).addValue(row.getString(2)).build()));
    return found;
  }

  @Test
  void run_shouldWriteTheSame_whenEntriesAreLoadedAgainAheadOfTime() throws SQLException {
    Duration time = Duration.ofMillis(100);
    CachedLookup refreshed =
        CachedLookup.by("refreshed", "1", STATION, NAME, LookupTimeToLiveTest::find)
            .cached(CacheSettings.DEFAULT.withTimeToLive(time, time));
    Enrichment enrichment = new Enrichment(POSTGRES.jdbcUrl(), Data.FROZEN);
    for (int run = 0; run < 20 && REFRESHED.get() == 0; run++) {
      assertThat(enrichment.run(refreshed)).isZero();
    }
    assertThat(REFRESHED).hasPositiveValue();
  }
}
