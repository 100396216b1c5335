// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/** Puts a function's result beside each element, from a cache where it has it. */
final class ComputeFn<K, V> extends DoFn<K, KV<K, V>> implements Staged {

  private final String name;
  private final KeyScope scope;
  private final CachedComputation.Computation<K, V> computation;
  private final Coder<K> elements;
  private final Coder<V> results;
  private final @Nullable CacheSettings settings;

  // Worker scoped.
  private transient @Nullable SharedCache cache;
  private transient @Nullable SingleReads reads;

  /**
   * A step.
   *
   * @param identity what besides the element decides the result
   * @param settings null to compute each element
   */
  ComputeFn(
      String name,
      String identity,
      CachedComputation.Computation<K, V> computation,
      Coder<K> elements,
      Coder<V> results,
      @Nullable CacheSettings settings) {
    this.name = name;
    this.scope = KeyScope.of(identity);
    this.computation = computation;
    this.elements = elements;
    this.results = results;
    this.settings = settings;
  }

  @Override
  public String stage() {
    return "compute " + name;
  }

  @Setup
  public void open() {
    if (settings != null) {
      SharedCache shared = SharedCache.share(name, settings);
      cache = shared;
      reads = new SingleReads(shared.cache());
    }
  }

  @ProcessElement
  public void process(@Element K element, OutputReceiver<KV<K, V>> out) throws Exception {
    out.output(KV.of(element, result(element)));
  }

  // A result may be null, and Beam's KV is not annotated.
  @SuppressWarnings("NullAway")
  private V result(K element) throws Exception {
    if (reads == null) {
      return computation.of(element);
    }
    CacheKey key = scope.key(CoderUtils.encodeToByteArray(elements, element));
    byte @Nullable [] bytes = reads.get(key, () -> compute(element)).value();
    return bytes == null ? null : CoderUtils.decodeFromByteArray(results, bytes);
  }

  private byte @Nullable [] compute(K element) throws Exception {
    V result;
    try (Stage.Span span = Stage.enter(stage());
        Stage.Wait wait = Stage.waiting(Spent.LOADING)) {
      result = computation.of(element);
    }
    return result == null ? null : CoderUtils.encodeToByteArray(results, result);
  }

  @FinishBundle
  public void count() {
    if (reads != null) {
      reads.flush();
    }
  }

  @Teardown
  public void close() throws Exception {
    if (cache != null) {
      cache.close();
      cache = null;
    }
    if (computation instanceof SlotComputation<?, ?, ?> own) {
      own.end();
    }
  }
}
