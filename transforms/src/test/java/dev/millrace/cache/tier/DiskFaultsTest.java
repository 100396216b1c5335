// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static dev.millrace.cache.tier.Entries.entries;
import static dev.millrace.cache.tier.Entries.keys;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.control.ByteSize;
import dev.millrace.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed, files that are damaged, disks that are full: nothing wrong is served.
 */
class DiskFaultsTest {

  private static final Clock CLOCK = Clock.systemUTC();
  private static final Map<CacheKey, Entry> RIGHT =
      entries(0, DiskChild.KEYS + 100, DiskChild.SIZE);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  Path disk;

  private static DiskTier open(Path disk) {
    DiskSettings settings = DiskSettings.of(disk.toString()).withBytes(DiskChild.BYTES);
    return DiskTier.open(DiskChild.CACHE, settings, CLOCK);
  }

  /** Returns how many entries there are, each of which is what it was. */
  private static int assertRight(DiskTier tier) {
    Map<CacheKey, Entry> found = tier.get(keys(0, DiskChild.KEYS + 100));
    found.forEach(
        (key, entry) -> {
          assertThat(entry).isEqualTo(RIGHT.get(key));
          assertThat(entry.cost()).as("removed ones").isGreaterThanOrEqualTo(DiskChild.REMOVED);
        });
    return found.size();
  }

  @Test
  void open_shouldServeWhatIsRight_afterProcessesWereKilled() throws Exception {
    kill(5);
  }

  @Test
  @Tag("chaos")
  void open_shouldServeWhatIsRight_after200ProcessesWereKilled() throws Exception {
    kill(200);
  }

  private void kill(int times) throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < times; i++) {
      try (DiskChild child = DiskChild.start(disk)) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
        child.kill();
      }
      try (DiskTier tier = open(disk)) {
        assertThat(tier.entries()).as("a warm one").isGreaterThan(30);
        assertThat(assertRight(tier)).isEqualTo((int) tier.entries());
        assertThat(tier.bytes()).isLessThanOrEqualTo(DiskChild.BYTES.bytes());
      }
    }
    try (Stream<Path> folders = Files.list(disk.resolve(DiskChild.CACHE))) {
      assertThat(folders).as("all had the same").hasSize(1);
    }
  }

  @Test
  void open_shouldHaveAFolderOfItsOwn_besideAnotherProcess() throws Exception {
    try (DiskChild child = DiskChild.start(disk);
        DiskTier tier = open(disk)) {
      tier.put(entries(DiskChild.REMOVED, 500, DiskChild.SIZE));
      assertThat(tier.get(keys(0, 9_000)))
          .isEqualTo(entries(DiskChild.REMOVED, 500, DiskChild.SIZE));
      try (DiskChild third = DiskChild.start(disk)) {
        assertRight(tier);
        third.kill();
      }
      child.kill();
    }
    try (Stream<Path> folders = Files.list(disk.resolve(DiskChild.CACHE))) {
      assertThat(folders.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder("0", "1", "2");
    }
  }

  /** A cache as it may be left behind: replaced, removed, evicted, in several files. */
  private static List<Path> filled(Path disk) throws IOException {
    try (DiskTier tier = open(disk)) {
      for (int i = 0; i < 8; i++) {
        tier.put(entries(0, DiskChild.REMOVED, DiskChild.SIZE));
        tier.put(entries(100 + i * 400, 1_000 + i * 400, DiskChild.SIZE));
        tier.remove(keys(0, DiskChild.REMOVED));
      }
      tier.put(entries(DiskChild.REMOVED, 300, DiskChild.SIZE));
      assertThat(assertRight(tier)).isGreaterThan(1_500);
    }
    try (Stream<Path> files = Files.list(disk.resolve(DiskChild.CACHE).resolve("0"))) {
      return files.filter(DiskSegment::isSegment).sorted().toList();
    }
  }

  @Test
  void open_shouldServeWhatIsRight_whenBitsFlipped() throws Exception {
    List<Path> files = filled(disk);
    assertThat(files).hasSizeGreaterThan(5);
    Random random = new Random(11);
    int served = 0;
    for (int i = 0; i < 100; i++) {
      Map<Path, byte[]> whole = read(files);
      for (int flip = 0; flip < 2; flip++) {
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = requireNonNull(whole.get(file)).clone();
        // Every sixth of them in what is read first.
        int at = random.nextInt(i % 3 == 0 && flip == 0 ? 100 : bytes.length);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
      }
      served += openAndRestore(whole);
    }
    assertThat(served).as("much was served nevertheless").isGreaterThan(100 * 500);
  }

  @Test
  void open_shouldServeWhatIsRight_whenFilesAreCut() throws Exception {
    List<Path> files = filled(disk);
    Random random = new Random(13);
    for (int i = 0; i < 40; i++) {
      Map<Path, byte[]> whole = read(files);
      // The last one could be cut at a removal, of which nothing else is known.
      Path file = files.get(random.nextInt(files.size() - 1));
      byte[] bytes = requireNonNull(whole.get(file));
      int length =
          switch (i % 4) {
            case 0 -> random.nextInt(DiskSegment.HEADER + 1);
            case 1 -> bytes.length - 1 - random.nextInt(100);
            default -> random.nextInt(bytes.length);
          };
      Files.write(file, Arrays.copyOf(bytes, length));
      openAndRestore(whole);
      Files.delete(file);
      openAndRestore(whole);
    }
  }

  @Test
  void open_shouldServeWhatIsRight_whenTheLastFileIsCutAnywhere() throws Exception {
    List<Path> files = filled(disk);
    Path last = files.get(files.size() - 1);
    Map<Path, byte[]> whole = read(files);
    byte[] bytes = requireNonNull(whole.get(last));
    // What was written last are entries, one after the other.
    for (int cut = 1; cut < 2_000; cut += 41) {
      Files.write(last, Arrays.copyOf(bytes, bytes.length - cut));
      assertThat(openAndRestore(whole)).isGreaterThan(1_000);
    }
  }

  /** As a process leaves it that is killed when it begins a file. */
  @Test
  void open_shouldServeAll_whenTheLastFileWasJustBegun() throws Exception {
    List<Path> files = filled(disk);
    Map<Path, byte[]> whole = read(files);
    Path last = files.get(files.size() - 1);
    long number = DiskSegment.number(last);
    for (int length : new int[] {0, 1, DiskSegment.HEADER - 1}) {
      Path next = last.resolveSibling("%016x.segment".formatted(number + 1));
      Files.write(next, new byte[length]);
      assertThat(openAndRestore(whole)).isGreaterThan(1_500);
    }
  }

  private static Map<Path, byte[]> read(List<Path> files) throws IOException {
    Map<Path, byte[]> whole = new HashMap<>();
    for (Path file : files) {
      whole.put(file, Files.readAllBytes(file));
    }
    return whole;
  }

  /** Opens it twice, and puts back what there was before; returns how much was served. */
  private int openAndRestore(Map<Path, byte[]> whole) throws IOException {
    int served;
    try (DiskTier tier = open(disk)) {
      served = assertRight(tier);
      assertThat(served).isEqualTo((int) tier.entries());
      tier.put(entries(4_900, 4_905, DiskChild.SIZE));
    }
    try (DiskTier tier = open(disk)) {
      assertThat(assertRight(tier)).isGreaterThanOrEqualTo(Math.min(served, 5));
    }
    try (Stream<Path> files = Files.list(disk.resolve(DiskChild.CACHE).resolve("0"))) {
      for (Path file : files.filter(DiskSegment::isSegment).toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<Path, byte[]> each : whole.entrySet()) {
      Files.write(each.getKey(), each.getValue());
    }
    return served;
  }

  /** The disk is a file system of 512 KiB in memory, which a child alone sees. */
  @Test
  void put_shouldDropAndGoOn_whenTheDiskIsFull() throws Exception {
    assumeThat(SmallDisk.canBeMounted(disk)).as(SmallDisk.ASSUMPTION).isTrue();
    Path script = disk.resolve("small.sh");
    Path small = Files.createDirectory(disk.resolve("small"));
    Files.writeString(
        script, "mount -t tmpfs -o size=512k none '%s' && exec \"$@\"\n".formatted(small));
    try (DiskChild child = DiskChild.start(small, "unshare", "-Urm", "sh", script.toString())) {
      assertThat(child.line()).matches("[1-9][0-9]* dropped, [1-9][0-9]* there, 0 wrong");
    }
  }

  @Test
  void remove_shouldHold_whenItCannotBeWrittenDown() throws Exception {
    DiskSettings settings =
        DiskSettings.of(disk.toString()).withBytes(ByteSize.ofMebibytes(1)).withEntries(160);
    Path folder = disk.resolve("cannot").resolve("0");
    try (DiskTier tier = DiskTier.open("cannot", settings, CLOCK)) {
      // The next record begins a segment, and that is not to be had.
      tier.put(entries(0, 10, 100));
      Path next = folder.resolve("%016x.segment".formatted(2));
      Files.createDirectory(next);
      tier.remove(keys(0, 5));
      assertThat(tier.get(keys(0, 10))).as("all of it went").isEmpty();
      Files.delete(next);
      tier.put(entries(5, 8, 100));
      assertThat(tier.get(keys(0, 10))).isEqualTo(entries(5, 8, 100));
    }
    try (DiskTier tier = DiskTier.open("cannot", settings, CLOCK)) {
      assertThat(tier.get(keys(0, 10))).isEqualTo(entries(5, 8, 100));
    }
  }
}
