// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.codahale.metrics.Gauge;
import dev.millrace.control.ByteSize;
import dev.millrace.control.Growth;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a stage that works in chunks gives back what they hold. What one chunk has left behind
 * nobody can tell: only a collection shows what of the heap is in use, and only of all of it. So
 * what is in use after each collection of the heap's oldest part is held against the number of
 * chunks that were closed by then, in this JVM (this class loader). What others leave behind
 * meanwhile, as a cache that fills, counts as well. Safe for use by several threads.
 */
public final class ChunkMemory {

  private static final Map<String, ChunkMemory> STAGES = new ConcurrentHashMap<>();

  /** Between two looks, of which each takes some microseconds. */
  private static final long PERIOD = Duration.ofMillis(10).toNanos();

  /** Of the heap: what is worth an event, each time that it is twice as much. */
  private static final int TELLING = 10;

  private final String stage;
  private final Growth growth = new Growth();
  private long closed;
  private long looked;
  private long live;
  private long told = Runtime.getRuntime().maxMemory() / TELLING / 2;

  /**
   * What is known of a stage.
   *
   * @param closed chunks so far
   * @param keptEach bytes by which what is in use of the heap grew with each of them; empty as long
   *     as the heap's oldest part was not collected four times with chunks closed in between
   */
  public record Chunks(long closed, OptionalLong keptEach) {}

  private ChunkMemory(String stage) {
    this.stage = stage;
    Gauge<Long> chunks = () -> look().closed();
    Gauge<Long> kept = () -> look().keptEach().orElse(0);
    Measure.registry()
        .registerGauge(Measure.labelled("millrace_chunks_total", "stage", stage), chunks);
    Measure.registry()
        .registerGauge(Measure.labelled("millrace_chunk_kept_bytes", "stage", stage), kept);
  }

  /** Of a stage. */
  public static ChunkMemory of(String stage) {
    return STAGES.computeIfAbsent(stage, ChunkMemory::new);
  }

  /** Of all stages that work in chunks, by name. */
  public static SortedMap<String, Chunks> all() {
    SortedMap<String, Chunks> all = new TreeMap<>();
    STAGES.forEach((stage, memory) -> all.put(stage, memory.look()));
    return all;
  }

  /** What chunks are known to have left behind, as a part of a sentence; perhaps empty. */
  static String report() {
    StringBuilder report = new StringBuilder();
    all()
        .forEach(
            (stage, chunks) -> {
              long each = chunks.keptEach().orElse(0);
              if (each * chunks.closed() >= Runtime.getRuntime().maxMemory() / TELLING) {
                report.append(", ").append(sentence(stage, chunks.closed(), each));
              }
            });
    return report.toString();
  }

  /** A chunk was closed. */
  public synchronized void closed() {
    closed++;
    long now = System.nanoTime();
    if (closed == 1 || now - looked >= PERIOD) {
      looked = now;
      look(Memory.ofThisJvm().live());
    }
  }

  private void look(long now) {
    // Nothing says that there was a collection, but that another number of bytes was left by it.
    if (now != live && now > 0) {
      live = now;
      growth.add(closed, now);
      tell();
    }
  }

  private void tell() {
    long each = growth.each().orElse(0);
    if (each > 0 && each * closed >= 2 * told) {
      told = each * closed;
      Events.add("memory", "what is in use of the heap is " + sentence(stage, closed, each));
    }
  }

  private static String sentence(String stage, long closed, long each) {
    return "%s more with each of the %,d chunks that were closed by %s"
        .formatted(ByteSize.ofBytes(each), closed, stage);
  }

  private synchronized Chunks look() {
    return new Chunks(closed, growth.each());
  }
}
