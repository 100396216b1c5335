// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static dev.millrace.cache.tier.Entries.dropped;
import static dev.millrace.cache.tier.Entries.entries;
import static dev.millrace.cache.tier.Entries.entry;
import static dev.millrace.cache.tier.Entries.evicted;
import static dev.millrace.cache.tier.Entries.key;
import static dev.millrace.cache.tier.Entries.keys;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cache.tier.TierMeter.Result;
import dev.millrace.control.ByteSize;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskTierTest {

  private static final Clock CLOCK = Clock.systemUTC();

  @SuppressWarnings("NullAway.Init")
  @TempDir
  Path disk;

  @SuppressWarnings("NullAway.Init")
  private String cache;

  @SuppressWarnings("NullAway.Init")
  private TierMeter meter;

  @BeforeEach
  void name(TestInfo test) {
    cache = test.getTestMethod().orElseThrow().getName();
    meter = new TierMeter(cache, "disk");
  }

  private DiskSettings settings() {
    return DiskSettings.of(disk.toString());
  }

  private DiskTier open() {
    return open(settings());
  }

  private DiskTier open(DiskSettings settings) {
    return DiskTier.open(cache, settings, CLOCK);
  }

  /** The segments of the first folder, in order. */
  private List<Path> segments() {
    Path folder = disk.resolve(cache).resolve("0");
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(DiskSegment::isSegment).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long bytesOnDisk() throws IOException {
    long sum = 0;
    for (Path file : segments()) {
      sum += Files.size(file);
    }
    return sum;
  }

  @Test
  void get_shouldGiveWhatWasPut_alsoAfterItWasOpenedAgain() {
    Map<CacheKey, Entry> entries = entries(0, 5_000, 300);
    try (DiskTier tier = open()) {
      assertThat(tier.get(keys(0, 10))).isEmpty();
      tier.put(entries);
      assertThat(tier.get(keys(0, 5_100))).isEqualTo(entries);
      assertThat(tier.entries()).isEqualTo(5_000);
      assertThat(meter.requests(Result.MISS)).isEqualTo(10 + 100);
      assertThat(meter.requests(Result.NEGATIVE)).isEqualTo(714);
      assertThat(meter.requests(Result.HIT)).isEqualTo(5_000 - 714);
    }
    try (DiskTier tier = open()) {
      assertThat(tier.entries()).isEqualTo(5_000);
      assertThat(tier.get(keys(0, 5_100))).isEqualTo(entries);
      assertThat(meter.requests(Result.ERROR)).isZero();
    }
  }

  @Test
  void put_shouldReplaceWhatThereWas_alsoAfterItWasOpenedAgain() {
    Entry large = entry(1, 9 << 20);
    Entry empty = new Entry(new byte[0], Entries.LOADED, Entries.EXPIRES, 0);
    try (DiskTier tier = open()) {
      tier.put(Map.of(key(1), entry(2, 10), key(2), empty));
      tier.put(Map.of(key(1), large));
      assertThat(tier.get(keys(1, 3))).isEqualTo(Map.of(key(1), large, key(2), empty));
    }
    try (DiskTier tier = open()) {
      assertThat(tier.get(keys(1, 3))).isEqualTo(Map.of(key(1), large, key(2), empty));
    }
  }

  @Test
  void remove_shouldForgetKeys_alsoAfterItWasOpenedAgain() {
    try (DiskTier tier = open()) {
      tier.put(entries(0, 1_000, 50));
      tier.remove(keys(0, 990));
      tier.remove(keys(0, 2_000).subList(1_000, 1_100));
      tier.put(entries(5, 6, 50));
      assertThat(tier.get(keys(0, 980))).isEqualTo(entries(5, 6, 50));
      assertThat(tier.entries()).isEqualTo(11);
    }
    try (DiskTier tier = open()) {
      assertThat(tier.get(keys(0, 980))).isEqualTo(entries(5, 6, 50));
      assertThat(tier.get(keys(990, 1_000))).isEqualTo(entries(990, 1_000, 50));
    }
  }

  @Test
  void clear_shouldForgetAll_alsoAfterItWasOpenedAgain() throws Exception {
    try (DiskTier tier = open(settings().withBytes(ByteSize.ofMebibytes(1)))) {
      tier.put(entries(0, 3_000, 50));
      assertThat(segments()).hasSizeGreaterThan(2);
      tier.clear();
      assertThat(tier.get(keys(0, 3_000))).isEmpty();
      assertThat(tier.bytes()).isZero();
      tier.put(entries(5, 6, 50));
    }
    try (DiskTier tier = open()) {
      assertThat(tier.get(keys(0, 3_000))).isEqualTo(entries(5, 6, 50));
    }
  }

  @Test
  void put_shouldHoldTheBounds_andKeepWhatIsInUse() throws Exception {
    long most = 2 << 20;
    DiskSettings small = settings().withBytes(ByteSize.ofBytes(most)).withEntries(3_000);
    try (DiskTier tier = open(small)) {
      tier.put(entries(0, 100, 200));
      for (int i = 100; i < 40_000; i += 100) {
        tier.put(entries(i, i + 100, 200));
        assertThat(tier.get(keys(0, 100)))
            .as("in use, after %d", i)
            .isEqualTo(entries(0, 100, 200));
        assertThat(bytesOnDisk()).isEqualTo(tier.bytes()).isLessThanOrEqualTo(most);
        assertThat(tier.entries()).isLessThanOrEqualTo(3_000);
      }
      assertThat(tier.entries()).as("most of what fits is there").isGreaterThan(2_500);
      assertThat(tier.get(keys(39_000, 40_000))).isEqualTo(entries(39_000, 40_000, 200));
      assertThat(tier.get(keys(100, 30_000))).isEmpty();
      assertThat(evicted(cache, "disk", "size")).isEqualTo(40_000 - tier.entries());
      tier.put(entries(50_000, 50_020, 60_000));
      assertThat(tier.get(keys(50_000, 50_020))).isEqualTo(entries(50_000, 50_020, 60_000));
      assertThat(tier.bytes()).isLessThanOrEqualTo(most);
    }
  }

  @Test
  void put_shouldHoldTheBounds_whenKeysAreReplacedAgainAndAgain() throws Exception {
    DiskSettings small = settings().withBytes(ByteSize.ofMebibytes(1)).withEntries(50);
    try (DiskTier tier = open(small)) {
      for (int i = 0; i < 2_000; i++) {
        tier.put(entries(i % 40, i % 40 + 1, 100 + i % 7));
        assertThat(tier.get(keys(i % 40, i % 40 + 1)))
            .isEqualTo(entries(i % 40, i % 40 + 1, 100 + i % 7));
      }
      assertThat(segments()).hasSizeLessThan(100);
      tier.put(entries(0, 200, 10));
      assertThat(tier.entries()).isBetween(1L, 50L);
    }
    try (DiskTier tier = open(small.withEntries(1))) {
      tier.put(entries(0, 10, 10));
      assertThat(tier.entries()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void open_shouldHoldNewBounds_whenTheyAreLower() {
    try (DiskTier tier = open()) {
      tier.put(entries(0, 20_000, 200));
    }
    try (DiskTier tier = open(settings().withBytes(ByteSize.ofMebibytes(1)))) {
      assertThat(tier.bytes()).isLessThanOrEqualTo(1 << 20);
      tier.put(entries(0, 1_000, 200));
      assertThat(tier.get(keys(0, 1_000))).isEqualTo(entries(0, 1_000, 200));
    }
  }

  @Test
  void open_shouldGiveEachTierAFolder_andFindWarmOnesAgain() {
    DiskSettings two = settings().withProcesses(2);
    DiskTier second;
    try (DiskTier first = open(two)) {
      second = open(two);
      try (DiskTier third = open(two)) {
        first.put(entries(0, 10, 10));
        second.put(entries(10, 20, 10));
        third.put(entries(20, 30, 10));
        assertThat(first.get(keys(0, 30))).isEqualTo(entries(0, 10, 10));
        assertThat(second.get(keys(0, 30))).isEqualTo(entries(10, 20, 10));
        assertThat(third.get(keys(0, 30))).as("all folders are taken").isEmpty();
      }
      assertThat(dropped(cache, "disk", "away")).isEqualTo(10);
      assertThat(meter.requests(Result.ERROR)).isEqualTo(30);
      String where = disk.resolve(cache).toString();
      assertThat(Events.latest())
          .extracting(Events.Event::text)
          .contains(
              "Cannot keep entries in %s: all 2 folders in %s are in use".formatted(where, where));
      second.close();
      try (DiskTier again = open(two)) {
        assertThat(again.get(keys(0, 30))).isEqualTo(entries(10, 20, 10));
      }
    }
  }

  @Test
  void open_shouldHaveNoEntries_whenThereCanBeNoFolder() throws Exception {
    Files.writeString(disk.resolve("file"), "not a folder");

    try (DiskTier tier = open(DiskSettings.of(disk.resolve("file").toString()))) {
      tier.put(entries(0, 10, 10));
      tier.remove(keys(0, 1));
      tier.clear();
      assertThat(tier.get(keys(0, 10))).isEmpty();
      assertThat(tier.entries()).isZero();
      assertThat(meter.requests(Result.ERROR)).isEqualTo(10);
    }
  }

  @Test
  void open_shouldBeginEmpty_whenTheMachineWasStartedAgain() throws Exception {
    try (DiskTier tier = open()) {
      tier.put(entries(0, 10, 10));
    }
    Path boot = disk.resolve(cache).resolve("0").resolve("boot");
    assertThat(Files.readString(boot)).as("Linux").hasSize(36);
    Files.writeString(boot, "another");

    try (DiskTier tier = open()) {
      assertThat(tier.get(keys(0, 10))).isEmpty();
      assertThat(segments()).isEmpty();
      tier.put(entries(0, 10, 10));
    }
    try (DiskTier tier = open()) {
      assertThat(tier.get(keys(0, 10))).hasSize(10);
    }
  }

  /** A removal that was lost would bring back what was removed. */
  @Test
  void open_shouldNotBringBackWhatWasRemoved_whenRecordsInTheMiddleAreDamaged() throws Exception {
    DiskSettings small = settings().withBytes(ByteSize.ofMebibytes(1));
    try (DiskTier tier = open(small)) {
      tier.put(entries(0, 10, 10));
      tier.put(entries(100, 500, 200));
      tier.remove(keys(0, 10));
      tier.put(entries(500, 900, 200));
    }
    List<Path> files = segments();
    assertThat(files).hasSizeGreaterThan(2);
    for (Path damaged : files) {
      byte[] whole = Files.readAllBytes(damaged);
      int offset = DiskSegment.HEADER;
      for (int i = 0; offset < whole.length; i++) {
        if (i % 25 == 0) {
          byte[] bytes = whole.clone();
          bytes[offset + 5] ^= 1;
          Files.write(damaged, bytes);
          Path copy = copy(files);
          try (DiskTier tier = open(DiskSettings.of(copy.toString()).withBytes(small.bytes()))) {
            assertThat(tier.get(keys(0, 10))).isEmpty();
            tier.get(keys(100, 900)).forEach(DiskTierTest::assertRight);
          }
        }
        offset += DiskSegment.RECORD + ByteBuffer.wrap(whole).getInt(offset);
      }
      Files.write(damaged, whole);
    }
  }

  private static void assertRight(CacheKey key, Entry entry) {
    long number = Long.parseLong(new String(key.bytes(), UTF_8).substring(4));
    assertThat(entry.cost()).isEqualTo(number);
  }

  private Path copy(List<Path> files) throws IOException {
    Path copy = Files.createTempDirectory(disk, "copy");
    Path folder = Files.createDirectories(copy.resolve(cache).resolve("0"));
    Files.copy(files.get(0).resolveSibling("boot"), folder.resolve("boot"));
    for (Path file : files) {
      Files.copy(file, folder.resolve(file.getFileName().toString()));
    }
    return copy;
  }

  @Test
  void get_shouldNotServe_whatIsDamagedWhileItIsOpen() throws Exception {
    try (DiskTier tier = open()) {
      tier.put(entries(0, 100, 100));
      Path file = segments().get(0);
      byte[] bytes = Files.readAllBytes(file);
      for (int i = DiskSegment.HEADER; i < bytes.length; i += 50) {
        bytes[i] ^= 4;
      }
      Files.write(file, bytes);

      assertThat(tier.get(keys(0, 100))).isEmpty();
      assertThat(meter.requests(Result.ERROR)).isEqualTo(100);
      assertThat(evicted(cache, "disk", "damaged")).isEqualTo(100);
      assertThat(tier.entries()).isZero();
      assertThat(tier.get(keys(0, 100))).isEmpty();
      assertThat(meter.requests(Result.MISS)).isEqualTo(100);
      tier.put(entries(0, 100, 100));
      assertThat(tier.get(keys(0, 100))).hasSize(100);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"removed", "truncated", "a folder is gone"})
  void tier_shouldGoOn_whenItsFilesVanish(String fault) throws Exception {
    cache = "vanish-" + fault.replace(' ', '-');
    DiskSettings small = settings().withBytes(ByteSize.ofMebibytes(1));
    try (DiskTier tier = open(small)) {
      tier.put(entries(0, 1_000, 200));
      for (Path file : segments()) {
        if (fault.equals("truncated")) {
          Files.write(file, new byte[0]);
        } else {
          Files.delete(file);
        }
      }
      if (fault.equals("a folder is gone")) {
        Path folder = disk.resolve(cache).resolve("0");
        Files.delete(folder.resolve("lock"));
        Files.delete(folder.resolve("boot"));
        Files.delete(folder);
      }
      tier.get(keys(0, 1_000)).forEach(DiskTierTest::assertRight);
      tier.put(entries(0, 9_000, 200));
      tier.get(keys(0, 9_000)).forEach(DiskTierTest::assertRight);
      tier.remove(keys(0, 9_000));
      assertThat(tier.get(keys(0, 9_000))).isEmpty();
      tier.clear();
    }
  }

  @Test
  void tier_shouldServeSeveralThreads_alsoInterruptedOnes() throws Exception {
    DiskSettings small = settings().withBytes(ByteSize.ofMebibytes(2));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (DiskTier tier = open(small)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int seed = t;
        all.add(
            threads.submit(
                () -> {
                  Random random = new Random(seed);
                  for (int i = 0; i < 500; i++) {
                    int from = random.nextInt(5_000);
                    if (random.nextInt(10) == 0) {
                      Thread.currentThread().interrupt();
                    }
                    tier.put(entries(from, from + 20, 200));
                    tier.get(keys(from - 10, from + 30))
                        .forEach(
                            (key, entry) -> {
                              assertRight(key, entry);
                              assertThat(entry).isEqualTo(entry(entry.cost(), 200));
                            });
                    if (random.nextInt(50) == 0) {
                      tier.remove(keys(from, from + 10));
                    }
                    Thread.interrupted();
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
      assertThat(meter.requests(Result.ERROR)).isZero();
      assertThat(tier.bytes()).isLessThanOrEqualTo(2 << 20);
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** What is fresh the caller decides; the tier counts it by the clock it was given. */
  @Test
  void get_shouldGiveEntries_whateverTheClockSays() {
    for (String now :
        List.of("1970-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2200-01-01T00:00:00Z")) {
      Clock clock = Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
      try (DiskTier tier = DiskTier.open(cache, settings(), clock)) {
        tier.put(entries(1, 2, 10));
        assertThat(tier.get(keys(1, 2))).isEqualTo(entries(1, 2, 10));
      }
    }
    assertThat(meter.requests(Result.STALE)).isEqualTo(2);
    assertThat(meter.requests(Result.HIT)).isEqualTo(1);
  }

  @Test
  void put_shouldForgetTheOldOne_whenTheNewOneIsTooLarge() {
    DiskSettings small = settings().withBytes(ByteSize.ofMebibytes(1));
    try (DiskTier tier = open(small)) {
      tier.put(entries(1, 2, 10));
      tier.put(entries(1, 2, 2 << 20));
      assertThat(tier.get(keys(1, 2))).isEmpty();
      assertThat(dropped(cache, "disk", "large")).isEqualTo(1);
    }
  }

  @Test
  void tier_shouldShowHowFullItIs_untilItIsClosed() {
    String name = Measure.labelled("millrace_cache_entries", "cache", cache, "tier", "disk");
    DiskTier tier = open();
    tier.put(entries(0, 10, 10));
    assertThat(requireNonNull(Measure.registry().getGauges().get(name)).getValue()).isEqualTo(10L);

    tier.close();
    tier.close();

    assertThat(Measure.registry().getGauges()).doesNotContainKey(name);
    assertThat(tier.get(keys(0, 10))).isEmpty();
    tier.put(entries(0, 10, 10));
  }

  @Test
  void settings_shouldRefuseWhatIsOutOfRange() {
    assertThatThrownBy(() -> settings().withBytes(ByteSize.ofKibibytes(1)))
        .hasMessage("Invalid size of a cache on disk: 1KiB (must be between 1MiB and 256GiB)");
    assertThatThrownBy(() -> settings().withEntries(0))
        .hasMessage("Invalid number of entries on disk: 0 (must be between 1 and 100000000)");
    assertThatThrownBy(() -> settings().withProcesses(0))
        .hasMessageStartingWith("Invalid number of processes of a cache on disk: 0 (must be ");
    assertThatThrownBy(() -> DiskSettings.of(" "))
        .hasMessage("Invalid folder of a cache: \" \" (must be a path of this machine)");
    assertThatThrownBy(() -> DiskTier.open("../c", settings(), CLOCK))
        .hasMessageStartingWith("Invalid name of a cache: ../c (must be ");
  }
}
