// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit on the heap beside a hit of the Caffeine cache below it: key by key as a computation asks,
 * and a block's keys at once as a lookup does. In the cache's package, whose parts are not public.
 *
 * <p>Rerun, after {@code ./mvnw package}: {@code java -cp 'runners/target/lib/*'
 * org.openjdk.jmh.Main HeapHits}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Threads(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class HeapHits {

  private static final int KEYS = 16_384;
  private static final int BLOCK = 1_024;
  private static final int VALUE_BYTES = 64;

  /** Two caches that hold the same. */
  @State(Scope.Benchmark)
  public static class Caches {

    private final List<CacheKey> keys = new ArrayList<>();
    private final List<List<CacheKey>> blocks = new ArrayList<>();
    private final Cache<CacheKey, byte[]> caffeine =
        Caffeine.newBuilder()
            .maximumWeight(ByteSize.ofMebibytes(64).bytes())
            .weigher((CacheKey key, byte[] value) -> key.bytes().length + value.length)
            .executor(Runnable::run)
            .build();
    private final TieredCache tiered =
        new TieredCache(
            "hits",
            ByteSize.ofMebibytes(64),
            List.of(),
            new TimeToLive(Duration.ofDays(1), Duration.ofDays(1)),
            SteadyTime.OF_THIS_JVM);

    @Setup
    public void fill() throws Exception {
      SteadyTime.OF_THIS_JVM.hold();
      Random random = new Random(1);
      for (int i = 0; i < KEYS; i++) {
        CacheKey key = CacheKey.of(("station " + i).getBytes(UTF_8));
        byte[] value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        keys.add(key);
        caffeine.put(key, value);
        tiered.get(key, () -> value);
      }
      for (int i = 0; i < KEYS / BLOCK; i++) {
        List<CacheKey> block = new ArrayList<>();
        random.ints(BLOCK, 0, KEYS).forEach(k -> block.add(keys.get(k)));
        blocks.add(block);
      }
    }

    @TearDown
    public void close() {
      tiered.close();
      SteadyTime.OF_THIS_JVM.release();
    }
  }

  /** Where a thread is, which asks for keys by chance. */
  @State(Scope.Thread)
  public static class Asker {

    private int[] order = {};
    private int next;
    private @Nullable SingleReads reads;

    @Setup
    public void open(Caches caches) {
      order = new Random().ints(KEYS, 0, KEYS).toArray();
      reads = new SingleReads(caches.tiered);
    }

    @TearDown(Level.Iteration)
    public void flush() {
      if (reads != null) {
        reads.flush();
      }
    }

    int next() {
      next = (next + 1) & (KEYS - 1);
      return order[next];
    }
  }

  @Benchmark
  public byte @Nullable [] caffeine(Caches caches, Asker asker) {
    return caches.caffeine.getIfPresent(caches.keys.get(asker.next()));
  }

  /** What a computation does for each of its keys. */
  @Benchmark
  public byte @Nullable [] single(Caches caches, Asker asker) throws Exception {
    CacheKey key = caches.keys.get(asker.next());
    SingleReads reads = asker.reads;
    return reads == null ? null : reads.get(key, () -> null).value();
  }

  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public byte @Nullable [][] caffeineBlock(Caches caches, Asker asker) {
    List<CacheKey> block = caches.blocks.get(asker.next() % (KEYS / BLOCK));
    byte @Nullable [][] values = new byte[BLOCK][];
    for (int i = 0; i < BLOCK; i++) {
      values[i] = caches.caffeine.getIfPresent(block.get(i));
    }
    return values;
  }

  /** What a lookup does for the keys of a block. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public Entry[] block(Caches caches, Asker asker) throws Exception {
    List<CacheKey> block = caches.blocks.get(asker.next() % (KEYS / BLOCK));
    return caches.tiered.get(block, positions -> new byte[positions.length][]);
  }
}
