// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import dev.millrace.control.Slots;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.POutput;

/**
 * Runs the work of a transform within pools of slots, so that kinds of work that would get in each
 * other's way do not: of each kind no more is under way in a JVM than its pool has slots for, or in
 * all JVMs that share it.
 *
 * <pre>{@code
 * rows.apply("Score", InPool.of("cpu", 1).apply(ParDo.of(new ScoreFn())));
 * rows.apply("Post", InPool.of(PoolSpec.of("partner", 4), 1).apply(ParDo.of(new PostFn())));
 * }</pre>
 *
 * <p>Slots are taken for an element, and for the end of a bundle, in the order of the pools' names,
 * and nothing is held while what was output is worked on: outputs are collected, {@value
 * Outputs#MOST} at most, the slots given back, and asked for again if the element has more to say.
 * Who waits has his turn by priority and by how long he has waited.
 *
 * <p>If the slots of a pool that JVMs share were lost meanwhile ({@link PoolSpec#acrossCluster}),
 * the element fails before anything that it output is worked on, and its bundle with it.
 *
 * <p>Works on bounded and unbounded collections, keeps windows and timestamps, and changes no
 * result. Memory: {@value Outputs#MOST} outputs a thread. Immutable; every with-er returns a new
 * instance.
 */
public final class InPool implements Serializable {

  private static final Duration DEADLINE = Duration.ofMinutes(10);

  /** Slots of a pool. */
  record Need(PoolSpec pool, int slots) implements Serializable {
    Need {
      PoolSpec here = pool.here();
      if (slots < 1 || slots > here.most()) {
        throw new IllegalArgumentException(
            "Invalid slots: %d of pool %s (must be from 1 to the %d that it has)"
                .formatted(slots, here.name(), here.most()));
      }
    }
  }

  /** In the order in which they are taken; what every user of several keeps to. */
  private final List<Need> needs;

  private final int priority;
  private final Duration deadline;

  private InPool(List<Need> needs, int priority, Duration deadline) {
    this.needs = needs;
    this.priority = priority;
    this.deadline = deadline;
  }

  /**
   * Within one of the pools that every JVM has.
   *
   * @param pool {@code cpu}, {@code memory} or {@code io}
   * @param slots for each element, 1 or more
   * @throws IllegalArgumentException when there is no such pool, or it never has so many
   */
  public static InPool of(String pool, int slots) {
    return of(named(pool), slots);
  }

  /**
   * Within a pool.
   *
   * @param slots for each element, 1 or more
   * @throws IllegalArgumentException when the pool never has so many
   */
  public static InPool of(PoolSpec pool, int slots) {
    return new InPool(List.of(new Need(pool, slots)), 0, DEADLINE);
  }

  private static PoolSpec named(String name) {
    return Stream.of(PoolSpec.cpu(), PoolSpec.memory(), PoolSpec.io())
        .filter(pool -> pool.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid pool: %s (must be cpu, memory, io, or a PoolSpec of your own)"
                        .formatted(name)));
  }

  /** And within another one, as {@link #of(String, int)}. */
  public InPool and(String pool, int slots) {
    return and(named(pool), slots);
  }

  /** And within another pool. */
  public InPool and(PoolSpec pool, int slots) {
    Optional<Need> same =
        needs.stream().filter(need -> need.pool().name().equals(pool.name())).findFirst();
    if (same.isPresent()) {
      throw new IllegalArgumentException(
          "Invalid pool: %s (must be named once, and is already, with %d slots)"
              .formatted(pool.name(), same.get().slots()));
    }
    List<Need> all =
        Stream.concat(needs.stream(), Stream.of(new Need(pool, slots)))
            .sorted((one, other) -> one.pool().name().compareTo(other.pool().name()))
            .toList();
    return new InPool(all, priority, deadline);
  }

  /**
   * How urgent it is: higher goes first, from -1,000 to 1,000, default 0. A second of waiting
   * counts as much as one higher, so that nobody starves.
   */
  public InPool priority(int newPriority) {
    return new InPool(needs, Slots.requirePriority(newPriority), deadline);
  }

  /**
   * How long an element waits for slots at most, above 0, default 10 minutes. Then its bundle
   * fails, naming who has them.
   */
  public InPool deadline(Duration newDeadline) {
    if (newDeadline.isNegative() || newDeadline.isZero()) {
      throw new IllegalArgumentException(
          "Invalid deadline: %s (must be above 0 s)".formatted(newDeadline));
    }
    return new InPool(needs, priority, newDeadline);
  }

  /**
   * The same transform, with each of its {@code DoFn}s within the pools.
   *
   * @param transform of ParDos only, without state, timers, side inputs or splittable reads
   * @throws IllegalArgumentException when it is expanded, if the transform is of another kind
   */
  public <InT, OutT extends POutput> PTransform<PCollection<InT>, OutT> apply(
      PTransform<? super PCollection<InT>, OutT> transform) {
    return new Within<>(this, transform);
  }

  List<Need> needs() {
    return needs;
  }

  int priority() {
    return priority;
  }

  Duration deadline() {
    return deadline;
  }

  /** Names of the pools, for people. */
  String names() {
    return String.join(" and ", needs.stream().map(need -> need.pool().name()).toList());
  }

  private static final class Within<InT, OutT extends POutput>
      extends PTransform<PCollection<InT>, OutT> {
    private final InPool pools;
    private final PTransform<? super PCollection<InT>, OutT> transform;

    Within(InPool pools, PTransform<? super PCollection<InT>, OutT> transform) {
      this.pools = pools;
      this.transform = transform;
    }

    @Override
    protected String getKindString() {
      return transform.getName() + " in pool " + pools.names();
    }

    @Override
    public OutT expand(PCollection<InT> input) {
      return new Rebuilt<InT, OutT>(pools, transform, input).output();
    }
  }
}
