// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.Name;
import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Computes an expensive function of each element, once for each value: elements that are equal, of
 * whatever bundle, stage or thread of a JVM, share the result. The function must be pure: what it
 * returns depends on the element, on {@link #version} and {@link #parameters}, and on nothing else.
 *
 * <p>Bounded or unbounded; keeps windows and timestamps. Of the threads that want a result at once,
 * one computes it and the others wait. A result is kept for as long as {@link
 * CacheSettings#timeToLive} says, as its memory is bounded; what a function of the world around it
 * returned is as old as that at most.
 *
 * <p>Immutable; every with-er returns a new instance.
 *
 * @param <K> of an element, whose coder is deterministic
 * @param <V> of a result
 */
public final class CachedComputation<K, V>
    extends PTransform<PCollection<K>, PCollection<KV<K, V>>> {

  /** An expensive function. Called by several threads at once. */
  @FunctionalInterface
  public interface Computation<K, V> extends Serializable {
    /** The result; null is one too, and is kept. */
    @Nullable V of(K element) throws Exception;
  }

  /** Loads what a computation needs and takes long to come by, as a model or a client. */
  @FunctionalInterface
  public interface Resource<R extends AutoCloseable> extends Serializable {
    R open() throws Exception;
  }

  /** An expensive function that needs a resource, which it has to itself meanwhile. */
  @FunctionalInterface
  public interface ComputationWith<R, K, V> extends Serializable {
    /** The result; null is one too, and is kept. */
    @Nullable V of(R resource, K element) throws Exception;
  }

  private final String function;
  private final Computation<K, V> computation;
  private final Coder<V> results;
  private final int version;
  private final String parameters;
  private final @Nullable CacheSettings settings;

  private CachedComputation(
      String function,
      Computation<K, V> computation,
      Coder<V> results,
      int version,
      String parameters,
      @Nullable CacheSettings settings) {
    this.function = function;
    this.computation = computation;
    this.results = results;
    this.version = version;
    this.parameters = parameters;
    this.settings = settings;
  }

  /**
   * Computes a function.
   *
   * @param name of the function, by which those that share results know each other: 1 to 100
   *     letters, digits, {@code _}, {@code -} or {@code .}
   * @param results of a result that is not null
   */
  public static <K, V> CachedComputation<K, V> of(
      String name, Computation<K, V> computation, Coder<V> results) {
    return new CachedComputation<>(
        Name.checked("cache", name), computation, results, 1, "", CacheSettings.DEFAULT);
  }

  /**
   * Computes a function that needs a resource: each slot opens one when it first computes, keeps it
   * from bundle to bundle, and closes it when it ends. A slot whose results are all there opens
   * none.
   *
   * @param name as of {@link #of}
   * @param results as of {@link #of}
   */
  public static <R extends AutoCloseable, K, V> CachedComputation<K, V> using(
      String name, Resource<R> resource, ComputationWith<R, K, V> computation, Coder<V> results) {
    return of(name, new SlotComputation<>(resource, computation), results);
  }

  /** Of the function's code, to be raised when it returns something else; default 1. */
  public CachedComputation<K, V> version(int newVersion) {
    return new CachedComputation<>(
        function, computation, results, newVersion, parameters, settings);
  }

  /** What else decides what it returns, as a model's name or a threshold; default: nothing. */
  public CachedComputation<K, V> parameters(String newParameters) {
    return new CachedComputation<>(
        function, computation, results, version, newParameters, settings);
  }

  /** Where and for how long results are kept; default: {@link CacheSettings#DEFAULT}. */
  public CachedComputation<K, V> cached(CacheSettings newSettings) {
    return new CachedComputation<>(
        function, computation, results, version, parameters, newSettings);
  }

  /** Computes each element anew. */
  public CachedComputation<K, V> withoutCache() {
    return new CachedComputation<>(function, computation, results, version, parameters, null);
  }

  /**
   * @throws IllegalArgumentException when the elements' coder may write equal elements in two ways
   */
  @Override
  public PCollection<KV<K, V>> expand(PCollection<K> input) {
    Coder<K> elements = input.getCoder();
    try {
      elements.verifyDeterministic();
    } catch (Coder.NonDeterministicException twoWays) {
      throw new IllegalArgumentException(
          "Invalid coder of the elements of "
              + function
              + ": "
              + elements
              + " (must be deterministic, as its bytes are the key)",
          twoWays);
    }
    return input
        .apply(
            function,
            ParDo.of(
                new ComputeFn<>(
                    function, identity(elements), computation, elements, results, settings)))
        .setCoder(KvCoder.of(elements, NullableCoder.of(results)));
  }

  private String identity(Coder<K> elements) {
    return String.join(
        "\n", Integer.toString(version), parameters, elements.toString(), results.toString());
  }
}
