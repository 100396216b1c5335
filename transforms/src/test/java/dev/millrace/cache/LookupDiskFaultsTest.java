// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cache.Enrichment.Data;
import dev.millrace.local.LocalRedis;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.testing.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pipelines that are killed, files that are damaged, a disk that is full: a pipeline whose cache
 * has a disk writes what it writes without a cache.
 */
class LookupDiskFaultsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int STATIONS = 5_000;

  /** What a run of a child takes, about, when it is started and when it is warm. */
  private static final int LONGEST_LIFE_MILLIS = 2_000;

  private static final int CHAOS = 200;
  private static final int FLIPS = 20;

  @SuppressWarnings("NullAway.Init")
  // The direct runner may close the cache after the end: nothing is deleted under it.
  @TempDir(cleanup = CleanupMode.NEVER)
  Path disk;

  @BeforeAll
  static void createTables() throws SQLException {
    Enrichment.create(POSTGRES.jdbcUrl(), STATIONS, 10_000);
  }

  private static Enrichment enrichment(Data data) {
    return new Enrichment(POSTGRES.jdbcUrl(), data);
  }

  /** On so small a disk that files go all the time. */
  private LookupChild.Cache cache(String name, String redis) {
    return new LookupChild.Cache(name, disk, 1, redis);
  }

  @Test
  void run_shouldWriteTheSame_overWhatKilledRunsLeft() throws Exception {
    kill(4, "");
  }

  @Tag("chaos")
  @Test
  void run_shouldWriteTheSame_overWhat200KilledRunsLeft() throws Exception {
    kill(CHAOS, "");
  }

  @Tag("chaos")
  @Test
  void run_shouldWriteTheSame_overWhat200KilledRunsLeftOnDiskAndInRedis() throws Exception {
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      kill(CHAOS, redis.url());
    }
  }

  /**
   * Kills what runs, now over the one data and now over the other; and runs it to its end, here.
   */
  private void kill(int times, String redis) throws Exception {
    Random random = new Random(17);
    for (int i = 0; i < times; i++) {
      Data data = i % 2 == 0 ? Data.FROZEN : Data.HISTORY;
      LookupChild.Cache cache = cache("killed-" + data + "-" + times, redis);
      try (LookupChild child = LookupChild.start(enrichment(data), "lost", cache, List.of())) {
        for (int run = 0; run < 100; run++) {
          child.run();
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
        child.kill();
      }
      boolean first = i < 2;
      assertServed(enrichment(data), cache, first ? 0 : STATIONS / 4, "after kill " + i);
    }
  }

  /** Runs it, and sees that the same is written, and that the disk has served so much. */
  private static void assertServed(
      Enrichment enrichment, LookupChild.Cache cache, int least, String when) throws Exception {
    long before = Enrichment.served(cache.name(), "disk");
    CachedLookup cached = enrichment.lookup(cache.name()).cached(cache.settings());
    assertThat(enrichment.run(cached)).as(when).isZero();
    assertThat(Enrichment.served(cache.name(), "disk") - before)
        .as(when)
        .isGreaterThanOrEqualTo(least);
    try (Stream<Path> folders = Files.list(cache.disk().resolve(cache.name()))) {
      assertThat(folders).as("all had the same").hasSize(1);
    }
  }

  /** The segments of the disk tier that there are now. */
  private List<Path> files(String name) throws IOException {
    try (Stream<Path> files = Files.list(disk.resolve(name).resolve("0"))) {
      return files.filter(file -> file.toString().endsWith(".segment")).sorted().toList();
    }
  }

  private static void flip(Path path, Random random) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      if (file.length() > 0) {
        // Now and then in what a file begins with.
        int most = random.nextInt(20) > 0 ? Integer.MAX_VALUE : 99;
        long at = random.nextInt((int) Math.min(file.length(), most));
        file.seek(at);
        int bits = file.read() ^ 1 << random.nextInt(8);
        file.seek(at);
        file.write(bits);
      }
    }
  }

  private static void cut(Path path, Random random) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength((long) (file.length() * random.nextDouble()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void run_shouldWriteTheSame_whenFilesWereDamagedBefore(Data data) throws Exception {
    damageBetween(data, 4);
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource
  void run_shouldWriteTheSame_whenFilesWereDamaged200TimesBefore(Data data) throws Exception {
    damageBetween(data, CHAOS);
  }

  private void damageBetween(Data data, int times) throws Exception {
    String name = "damaged-" + data + "-" + times;
    Enrichment enrichment = enrichment(data);
    LookupChild.Cache cache = cache(name, "");
    CachedLookup cached = enrichment.lookup(name).cached(cache.settings());
    Random random = new Random(19);
    assertThat(enrichment.run(cached)).isZero();
    for (int i = 0; i < times; i++) {
      List<Path> files = files(name);
      if (i % 4 == 3) {
        cut(files.get(random.nextInt(files.size())), random);
      } else {
        // After the last that makes a file useless there are some in what is read.
        for (int bit = 0; bit < FLIPS; bit++) {
          flip(files.get(random.nextInt(files.size())), random);
        }
      }
      assertThat(enrichment.run(cached)).as("after damage %d", i).isZero();
    }
    assertThat(enrichment.run(cached)).isZero();
    assertServed(enrichment, cache, STATIONS / 4, "after the damage");
  }

  @ParameterizedTest
  @EnumSource
  void run_shouldWriteTheSame_whileFilesAreDamaged(Data data) throws Exception {
    damageDuring(data, 3);
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource
  void run_shouldWriteTheSame_whileFilesAreDamagedIn200Runs(Data data) throws Exception {
    damageDuring(data, CHAOS);
  }

  private void damageDuring(Data data, int runs) throws Exception {
    String name = "damage-" + data + "-" + runs;
    Enrichment enrichment = enrichment(data);
    LookupChild.Cache cache = cache(name, "");
    CachedLookup cached = enrichment.lookup(name).cached(cache.settings());
    assertThat(enrichment.run(cached)).isZero();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> damage =
          thread.submit(
              () -> {
                Random random = new Random(23);
                int done = 0;
                while (!over.get()) {
                  done += damageOne(files(name), random);
                  TimeUnit.MILLISECONDS.sleep(10);
                }
                return done;
              });
      for (int i = 0; i < runs; i++) {
        assertThat(enrichment.run(cached)).as("in run %d", i).isZero();
      }
      over.set(true);
      assertThat(damage.get()).as("times of damage").isGreaterThan(runs);
    } finally {
      thread.shutdownNow();
    }
    assertThat(enrichment.run(cached)).isZero();
    assertServed(enrichment, cache, STATIONS / 4, "after the damage");
  }

  /** Returns how often: a file may have gone meanwhile. */
  private static int damageOne(List<Path> files, Random random) throws IOException {
    if (files.isEmpty()) {
      return 0;
    }
    Path file = files.get(random.nextInt(files.size()));
    if (!Files.exists(file)) {
      return 0;
    }
    if (random.nextInt(8) == 0) {
      cut(file, random);
    } else {
      flip(file, random);
    }
    return 1;
  }

  /** The disk is a file system in memory, which a child alone sees. */
  @ParameterizedTest
  @EnumSource
  void run_shouldWriteTheSame_whenTheDiskIsFull(Data data) throws Exception {
    assumeThat(SmallDisk.canBeMounted(disk)).as(SmallDisk.ASSUMPTION).isTrue();
    String script = "mount -t tmpfs -o size=16m none '%s' && exec \"$@\"".formatted(disk);
    List<String> before = List.of("unshare", "-Urm", "sh", "-c", script, "sh");
    Enrichment enrichment = enrichment(data);
    // More than there is.
    LookupChild.Cache cache = new LookupChild.Cache("full-" + data, disk, 64, "");
    try (LookupChild child = LookupChild.start(enrichment, "joined", cache, before)) {
      child.run();
      LookupChild.Counts roomy = child.ended();
      assertThat(enrichment.differences()).isZero();
      assertThat(roomy.dropped()).isZero();

      child.fill();
      child.run();
      child.ended();
      assertThat(enrichment.differences()).isZero();
      child.run();
      LookupChild.Counts full = child.ended();
      assertThat(enrichment.differences()).isZero();
      assertThat(full.dropped()).as("what the disk could not take").isPositive();

      child.free();
      child.run();
      LookupChild.Counts again = child.ended();
      assertThat(enrichment.differences()).isZero();
      assertThat(again.dropped()).as("with room again").isEqualTo(full.dropped());
      child.run();
      assertThat(child.ended().fromDisk()).as("kept").isGreaterThan(again.fromDisk());
      assertThat(enrichment.differences()).isZero();
    }
  }
}
