// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What threads may see of a cache whose source changes, by a model checker, which takes small
 * programs of two threads through the orders in which their steps may fall: who asks for a key
 * after it was forgotten is not given what the source had before.
 */
public class TieredCacheModelTest {

  private static final boolean CHAOS = Boolean.getBoolean("millrace.chaos");
  private static final CacheKey KEY = CacheKey.of(new byte[] {1});

  /** Whose own steps are not of interest here. */
  private static final Set<String> ATOMIC =
      Set.of(
          HeapTier.class.getName(),
          MapTier.class.getName(),
          ArrayBlockingQueue.class.getName(),
          ConcurrentHashMap.class.getName());

  /** What the threads do. */
  public abstract static class Model {

    private final AtomicInteger source = new AtomicInteger();
    private final TieredCache cache;

    Model(long heapBytes) {
      cache =
          new TieredCache(
              "model",
              new ByteSize(heapBytes),
              List.of(new TieredCache.Lower(new MapTier(), false)),
              new TimeToLive(Duration.ofDays(1), Duration.ofDays(1)),
              () -> 1_700_000_000_000L);
    }

    @Operation
    public int get() throws Exception {
      byte[] value = cache.get(KEY, () -> new byte[] {(byte) source.get()}).value();
      return value == null ? -1 : value[0];
    }

    @Operation
    public void change() {
      source.incrementAndGet();
      cache.remove(List.of(KEY));
    }

    @Operation
    public void demote() {
      cache.demoteAll();
    }
  }

  /** What it finds stays on the heap. */
  public static final class Roomy extends Model {
    public Roomy() {
      super(ByteSize.ofMebibytes(1).bytes());
    }
  }

  /** What it finds goes down at once. */
  public static final class Cramped extends Model {
    public Cramped() {
      super(0);
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {Roomy.class, Cramped.class})
  void get_shouldNotGiveWhatWasForgotten(Class<?> model) {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(CHAOS ? 100 : 4)
        .invocationsPerIteration(CHAOS ? 1_000 : 100)
        .minimizeFailedScenario(false)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(ATOMIC::contains).allMethods().treatAsAtomic())
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(TieredCacheModelTest::isBeside)
                .allMethods()
                .ignore())
        .sequentialSpecification(Sequential.class)
        .check(model);
  }

  /** What threads do not meet in, or only to count. */
  private static boolean isBeside(String type) {
    return !(type.startsWith("dev.millrace.cache.") || type.startsWith("java.util.concurrent."))
        || type.equals(TierMeter.class.getName())
        || type.equals(LongAdder.class.getName());
  }

  /** The source alone. */
  public static final class Sequential {

    private int source;

    public int get() {
      return source;
    }

    public void change() {
      source++;
    }

    public void demote() {}
  }
}
