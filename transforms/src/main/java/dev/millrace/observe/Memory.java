// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.codahale.metrics.Gauge;
import dev.millrace.control.ByteSize;
import dev.millrace.control.MemoryRoom;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The memory budget of this JVM (this class loader): what its heap and its process take of what
 * they may, what stages hold of it, and which part of what they were asked for they may hold from
 * now on.
 *
 * <p>A stage is charged for what it holds between the entry of a call and its exit, never for what
 * it has output: nobody says when that is gone, and nobody may wait for it. It is looked at when it
 * is asked for, four times a second at most. Safe for use by several threads.
 */
public final class Memory {

  private static final Memory THIS = new Memory(new JvmMemory());

  private static final Duration YOUNG = Duration.ofMillis(250);

  static {
    gauge("heap_max", Runtime.getRuntime()::maxMemory);
    gauge("heap_live", () -> THIS.jvm.live());
    gauge("off_heap", () -> THIS.jvm.offHeap());
    gauge("resident", () -> THIS.jvm.resident());
    gauge("limit", () -> THIS.jvm.limit());
    gauge("held", () -> THIS.heldNow());
  }

  private final JvmMemory jvm;
  private final MemoryRoom room = new MemoryRoom();
  private final Map<String, Stage> stages = new ConcurrentHashMap<>();
  private JvmMemory.Sample latest;
  private long sampled;

  private Memory(JvmMemory jvm) {
    this.jvm = jvm;
    this.latest = jvm.sample(0);
    this.sampled = System.nanoTime();
  }

  private static void gauge(String kind, LongSupplier bytes) {
    Gauge<Long> gauge = bytes::getAsLong;
    Measure.registry()
        .registerGauge(Measure.labelled("millrace_memory_bytes", "kind", kind), gauge);
  }

  public static Memory ofThisJvm() {
    return THIS;
  }

  /** Tells who knows how many bytes are held off the heap. */
  public static void offHeap(LongSupplier bytes) {
    THIS.jvm.offHeap(bytes);
  }

  /** How many times as scarce memory is as can be borne, 0 or more. */
  public synchronized double pressure() {
    look();
    return latest.pressure();
  }

  /** What the pressure was seen by, as a sentence without its end. */
  public synchronized String sign() {
    return latest.sign();
  }

  /** Which part of what it was asked for a stage may hold now, from 1/32 to 1. */
  public synchronized double room() {
    look();
    return room.part();
  }

  private void look() {
    long now = System.nanoTime();
    if (now - sampled < YOUNG.toNanos()) {
      return;
    }
    latest = jvm.sample(heldNow());
    sampled = now;
    double before = room.part();
    if (room.look(latest.pressure(), now)) {
      boolean isLess = room.part() < before;
      if (isLess) {
        Measure.MEMORY_PRESSURE.addOutside("sign", latest.kind());
      }
      Events.add(
          "memory",
          "blocks are cut at %.0f %% of their size instead of %.0f %%: %s"
              .formatted(100 * room.part(), 100 * before, latest.sign()));
    }
  }

  /**
   * What a stage holds, until closed.
   *
   * @param stage as a verb with its object
   */
  public Holding hold(String stage) {
    return new Holding(stages.computeIfAbsent(stage, name -> new Stage()));
  }

  private long heldNow() {
    return stages.values().stream().mapToLong(stage -> stage.now.get()).sum();
  }

  /** Bytes of the heap that were in use after its collections. */
  public long live() {
    return jvm.live();
  }

  /** For how long collections have stopped all threads since this JVM started, in seconds. */
  public double pauseSeconds() {
    return Pauses.seconds();
  }

  /** Bytes that each stage has held at most so far, by its name. */
  public SortedMap<String, Long> peaks() {
    SortedMap<String, Long> peaks = new TreeMap<>();
    stages.forEach((stage, bytes) -> peaks.put(stage, bytes.most.get()));
    return peaks;
  }

  /** Who held how much of it at most, for who has to say that it was too much. */
  public String report() {
    String held =
        peaks().entrySet().stream()
            .map(each -> "%s by %s".formatted(ByteSize.ofBytes(each.getValue()), each.getKey()))
            .collect(Collectors.joining(", "));
    return "%s of a heap of %s were in use after its collections%s%s"
        .formatted(
            ByteSize.ofBytes(jvm.live()),
            ByteSize.ofBytes(Runtime.getRuntime().maxMemory()),
            held.isEmpty() ? "" : ", never more than " + held,
            ChunkMemory.report());
  }

  private static final class Stage {
    private final AtomicLong now = new AtomicLong();
    private final AtomicLong most = new AtomicLong();
  }

  /** What one user of a stage holds; used by one thread at a time. */
  public static final class Holding implements AutoCloseable {
    private final Stage stage;
    private long bytes;

    private Holding(Stage stage) {
      this.stage = stage;
    }

    /** So many bytes, from now on. */
    public void set(long now) {
      stage.most.accumulateAndGet(stage.now.addAndGet(now - bytes), Math::max);
      bytes = now;
    }

    @Override
    public void close() {
      set(0);
    }
  }
}
