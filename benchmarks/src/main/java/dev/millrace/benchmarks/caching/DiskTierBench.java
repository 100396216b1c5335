// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.benchmarks.measure.ClassPath;
import dev.millrace.benchmarks.measure.TemporaryFolder;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.DiskTier;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.Tier;
import dev.millrace.control.ByteSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Two ways to keep a cache on disk, in turn and each in a JVM of its own with 1 GiB of heap: the
 * log of {@link DiskTier} and H2's MVStore. Two threads put entries, get them by chance, and ask
 * for what there is not; then the JVM is killed, and another opens what it left; then bits are
 * flipped in its files, and another opens that.
 *
 * <p>Rerun, after {@code ./mvnw package}: {@code java -cp 'runners/target/lib/*'
 * dev.millrace.benchmarks.caching.DiskTierBench [ROUNDS]}.
 */
public final class DiskTierBench {

  private static final int THREADS = 2;
  private static final int FLIPS = 20;
  private static final long LOADED = 1_700_000_000_000L;
  private static final long EXPIRES = 4_000_000_000_000L;

  private DiskTierBench() {}

  /** What is kept. */
  private enum Shape {
    SMALL(1_000_000, 100, 500),
    LARGE(100_000, 4_096, 100);

    private final int entries;
    private final int size;
    private final int batch;

    Shape(int entries, int size, int batch) {
      this.entries = entries;
      this.size = size;
      this.batch = batch;
    }
  }

  /** How it is kept. */
  private enum Contender {
    LOG,
    MVSTORE;

    Tier open(Path folder) {
      return this == MVSTORE
          ? new MvStoreTier(folder)
          : DiskTier.open(
              "bench",
              DiskSettings.of(folder.toString())
                  .withBytes(ByteSize.parse("2GiB"))
                  .withEntries(2_000_000),
              Clock.systemUTC());
    }
  }

  /** Without arguments, or with a number of rounds, all of it; the others are of its children. */
  public static void main(String[] args) throws Exception {
    if (args.length == 4) {
      Path folder = Path.of(args[3]);
      child(args[0], Contender.valueOf(args[1]), Shape.valueOf(args[2]), folder);
      return;
    }
    int rounds = args.length == 0 ? 3 : Integer.parseInt(args[0]);
    for (int round = 0; round < rounds; round++) {
      for (Shape shape : Shape.values()) {
        for (Contender contender : Contender.values()) {
          measure(contender, shape);
        }
      }
    }
  }

  private static void measure(Contender contender, Shape shape) throws Exception {
    try (TemporaryFolder temporary = TemporaryFolder.create("millrace-disk-tier-")) {
      Path folder = temporary.path();
      String filled = inChild("fill", contender, shape, folder);
      long bytes = bytes(folder);
      String opened = inChild("open", contender, shape, folder);
      flip(folder);
      String damaged = inChild("open", contender, shape, folder);
      System.out.printf(
          "%-8s %-6s %s | %d MB | after the kill: %s | after %d flipped bits: %s%n",
          contender, shape, filled, bytes / 1_000_000, opened, FLIPS, damaged);
    }
  }

  /** Its one line of output; it is killed when it has said it. */
  private static String inChild(String task, Contender contender, Shape shape, Path folder)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:+UseParallelGC",
            DiskTierBench.class.getName(),
            task,
            contender.name(),
            shape.name(),
            folder.toString());
    builder.environment().put("CLASSPATH", ClassPath.of(DiskTierBench.class));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String line = output.readLine();
      return line == null ? "it failed" : line;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(segment|mv)")).sorted().toList();
    }
  }

  private static long bytes(Path folder) throws IOException {
    long sum = 0;
    for (Path file : files(folder)) {
      sum += Files.size(file);
    }
    return sum;
  }

  private static void flip(Path folder) throws IOException {
    Random random = new Random(FLIPS);
    List<Path> files = files(folder);
    for (int i = 0; i < FLIPS; i++) {
      Path path = files.get(random.nextInt(files.size()));
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        long at = random.nextLong(file.length());
        file.seek(at);
        int old = file.read();
        file.seek(at);
        file.write(old ^ 1 << random.nextInt(8));
      }
    }
  }

  private static void child(String task, Contender contender, Shape shape, Path folder)
      throws Exception {
    long start = System.nanoTime();
    Tier tier = contender.open(folder);
    double opened = seconds(start);
    if (task.equals("fill")) {
      double put = timed(shape, (from, random) -> tier.put(batch(shape, from)));
      double hit = timed(shape, (from, random) -> tier.get(keys(shape, random, 0)));
      double miss = timed(shape, (from, random) -> tier.get(keys(shape, random, shape.entries)));
      System.out.printf(
          "puts %,.0f/s, hits %,.0f/s, misses %,.0f/s",
          shape.entries / put, shape.entries / hit, shape.entries / miss);
    } else {
      System.out.printf("open in %.2f s, %s", opened, served(tier, shape));
    }
    System.out.println();
    // Until it is killed.
    Thread.currentThread().join();
  }

  private static String served(Tier tier, Shape shape) {
    int right = 0;
    int wrong = 0;
    int failed = 0;
    for (int from = 0; from < shape.entries; from += shape.batch) {
      Map<CacheKey, Entry> expected = batch(shape, from);
      for (Map.Entry<CacheKey, Entry> each : expected.entrySet()) {
        try {
          Entry entry = tier.get(List.of(each.getKey())).get(each.getKey());
          right += each.getValue().equals(entry) ? 1 : 0;
          wrong += entry != null && !each.getValue().equals(entry) ? 1 : 0;
        } catch (RuntimeException failure) {
          failed++;
        }
      }
    }
    return "%.2f%% served, %d wrong, %d exceptions"
        .formatted(100.0 * right / shape.entries, wrong, failed);
  }

  /** What a thread does with a batch. */
  private interface Step {
    void with(int from, SplittableRandom random);
  }

  private static double timed(Shape shape, Step step) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    long start = System.nanoTime();
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int first = t;
      all.add(
          threads.submit(
              () -> {
                SplittableRandom random = new SplittableRandom(first);
                int stride = THREADS * shape.batch;
                for (int from = first * shape.batch; from < shape.entries; from += stride) {
                  step.with(from, random);
                }
              }));
    }
    for (Future<?> each : all) {
      each.get();
    }
    threads.shutdown();
    return seconds(start);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static CacheKey key(int number) {
    return CacheKey.of(("customer:" + number).getBytes(UTF_8));
  }

  private static List<CacheKey> keys(Shape shape, SplittableRandom random, int from) {
    List<CacheKey> keys = new ArrayList<>(shape.batch);
    for (int i = 0; i < shape.batch; i++) {
      keys.add(key(from + random.nextInt(shape.entries)));
    }
    return keys;
  }

  private static Map<CacheKey, Entry> batch(Shape shape, int from) {
    Map<CacheKey, Entry> batch = new HashMap<>();
    for (int i = from; i < from + shape.batch; i++) {
      batch.put(key(i), new Entry(value(i, shape.size), LOADED, EXPIRES, i));
    }
    return batch;
  }

  /** Half of it compresses. */
  private static byte[] value(int number, int size) {
    byte[] value = new byte[size];
    new SplittableRandom(number).nextBytes(value);
    for (int i = 0; i < size / 2; i++) {
      value[i] = (byte) ('a' + (value[i] & 7));
    }
    return value;
  }
}
