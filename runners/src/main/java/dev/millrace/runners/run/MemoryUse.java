// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.block.OffHeap;
import dev.millrace.observe.ChunkMemory;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Memory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run took of the memory of this JVM.
 *
 * @param heapMax bytes that the heap may have
 * @param live bytes of it that were in use after its last collections
 * @param offHeapMost bytes that Arrow had beyond the heap at most
 * @param heldMost bytes that each stage held at most
 * @param chunks what is known of stages that work in chunks, by their names
 * @param pauseSeconds for how long collections stopped all threads
 * @param pressure how often less was given to stages, by sign
 */
public record MemoryUse(
    long heapMax,
    long live,
    long offHeapMost,
    SortedMap<String, Long> heldMost,
    SortedMap<String, ChunkMemory.Chunks> chunks,
    double pauseSeconds,
    SortedMap<String, Long> pressure) {

  public static MemoryUse ofThisJvm() {
    Memory memory = Memory.ofThisJvm();
    return new MemoryUse(
        Runtime.getRuntime().maxMemory(),
        memory.live(),
        OffHeap.peakBytes(),
        memory.peaks(),
        ChunkMemory.all(),
        memory.pauseSeconds(),
        Measure.MEMORY_PRESSURE.totals());
  }

  /** What a program may want to know. */
  Map<String, Object> toMap() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("heap_max_bytes", heapMax);
    fields.put("heap_live_bytes", live);
    fields.put("off_heap_peak_bytes", offHeapMost);
    fields.put("held_peak_bytes", heldMost);
    fields.put("chunks", chunkFields());
    fields.put("gc_pause_seconds", pauseSeconds);
    fields.put("pressure", pressure);
    return fields;
  }

  private Map<String, Object> chunkFields() {
    Map<String, Object> stages = new TreeMap<>();
    chunks.forEach(
        (stage, known) -> {
          Map<String, Object> fields = new LinkedHashMap<>();
          fields.put("closed", known.closed());
          known.keptEach().ifPresent(each -> fields.put("kept_bytes_each", each));
          stages.put(stage, fields);
        });
    return stages;
  }

  /** Adds what a human should know: that there was too little. */
  void tell(List<String> lines) {
    if (!pressure.isEmpty()) {
      lines.add("  short memory %14s".formatted(DatabaseUse.kinds(pressure)));
    }
  }
}
