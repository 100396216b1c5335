// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalRedis;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.write.WriteTable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A lookup whose cache has more than the heap: what comes out is the join. */
class CachedLookupInTiersTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String JOIN =
      "SELECT r.*, s.name FROM reading r LEFT JOIN station s ON s.code = r.station";

  /** So that it is asked also where nothing is quick. */
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private ConnectionSpec spec;

  @BeforeEach
  void createTables() throws SQLException {
    spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute(
        "DROP TABLE IF EXISTS reading, station, joined",
        "CREATE TABLE station (code int PRIMARY KEY, name text)",
        "INSERT INTO station SELECT i, md5(i::text) FROM generate_series(1, 20000) AS i",
        "CREATE TABLE reading (n int PRIMARY KEY, station int)",
        "INSERT INTO reading SELECT i, i * 7 % 23000 FROM generate_series(1, 60000) AS i",
        "CREATE TABLE joined AS " + JOIN + " WITH NO DATA");
  }

  private CachedLookup stations(String name, LocalRedis redis, Duration timeout) {
    RedisSettings settings = RedisSettings.of(redis.url()).withTimeout(timeout);
    return CachedLookup.in(spec, "station")
        .on("station")
        .named(name)
        // So small that most of what is asked for again is asked of Redis.
        .cached(CacheSettings.DEFAULT.withHeap(ByteSize.ofKibibytes(64)).withRedis(settings));
  }

  private void enrich(CachedLookup lookup) throws SQLException {
    POSTGRES.execute("TRUNCATE joined");
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec, "reading").blockSize(ByteSize.parse("16KiB")))
        .apply(lookup)
        .apply(WriteTable.into(spec, "joined"));
    pipeline.run().waitUntilFinish();
    assertThat(POSTGRES.differences(JOIN, "TABLE joined")).isZero();
  }

  private static long asked(String name) {
    return new TierMeter(name, "source").served();
  }

  @Test
  void nextRun_shouldFindWhatTheOneBeforeAskedFor() throws Exception {
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      enrich(stations("runs", redis, PATIENT));
      long first = asked("runs");
      enrich(stations("runs", redis, PATIENT));
      assertThat(first).isBetween(20_000L, 60_000L);
      assertThat(asked("runs") - first).isLessThan(first / 10);
    }
  }

  // The direct runner may close the cache after the end: nothing is deleted under it.
  @Test
  void nextRun_shouldFindOnDiskWhatTheOneBeforeAskedFor(
      @TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
    CachedLookup stations =
        CachedLookup.in(spec, "station")
            .on("station")
            .named("disk")
            .cached(
                CacheSettings.DEFAULT
                    .withHeap(ByteSize.ofKibibytes(64))
                    .withDisk(DiskSettings.of(folder.toString())));
    enrich(stations);
    long first = asked("disk");
    enrich(stations);
    assertThat(first).isBetween(20_000L, 30_000L);
    assertThat(asked("disk") - first).isLessThan(first / 10);
    TierMeter heap = new TierMeter("disk", "heap");
    assertThat(heap.moves(TierMeter.Move.DEMOTION)).isGreaterThan(first * 9 / 10);
    assertThat(heap.moves(TierMeter.Move.PROMOTION)).isGreaterThan(first * 9 / 10);
  }

  @Test
  void lookup_shouldFindWhatIsNew_afterItForgot(@TempDir(cleanup = CleanupMode.NEVER) Path folder)
      throws Exception {
    CacheSettings settings =
        CacheSettings.DEFAULT
            .withHeap(ByteSize.ofKibibytes(64))
            .withDisk(DiskSettings.of(folder.toString()));
    CachedLookup stations =
        CachedLookup.in(spec, "station").on("station").named("forgetful").cached(settings);
    // Keeps it open from one run to the next, as a run that goes on would.
    try (SharedCache held = SharedCache.share("forgetful", settings)) {
      enrich(stations);
      POSTGRES.execute("UPDATE station SET name = 'new'");
      CachedLookup.forget("forgetful");
      enrich(stations);
      assertThat(held.cache()).isNotNull();
    }
  }

  @Test
  void lookup_shouldNotTakeAnotherForItsOwn() throws Exception {
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      enrich(stations("same", redis, PATIENT).where("code > 0"));
      POSTGRES.execute("UPDATE station SET name = 'new'");
      // Another condition is another lookup, and asks for itself.
      enrich(stations("same", redis, PATIENT).where("code > -1"));
    }
  }
}
