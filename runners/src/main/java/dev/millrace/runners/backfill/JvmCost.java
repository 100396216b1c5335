// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import dev.millrace.observe.ResidentMemory;
import dev.millrace.runners.console.Figures;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a JVM has cost from its start.
 *
 * @param startUpSeconds until it began its work
 * @param cpuSeconds of all its threads
 * @param gcSeconds in which it stood still to collect
 * @param peakRssBytes of memory, 0 if the system does not tell
 */
record JvmCost(double startUpSeconds, double cpuSeconds, double gcSeconds, long peakRssBytes) {

  static final JvmCost NONE = new JvmCost(0, 0, 0, 0);

  /** How long this JVM has been there. */
  static double secondsSinceStart() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
  }

  /** Of this JVM. */
  static JvmCost now(double startUpSeconds) {
    long cpu = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    long gc =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum();
    return new JvmCost(startUpSeconds, cpu / 1e9, gc / 1e3, ResidentMemory.peakBytes().orElse(0));
  }

  /** Of two that ran, perhaps side by side; the peak is that of the larger one. */
  JvmCost plus(JvmCost other) {
    return new JvmCost(
        startUpSeconds + other.startUpSeconds,
        cpuSeconds + other.cpuSeconds,
        gcSeconds + other.gcSeconds,
        Math.max(peakRssBytes, other.peakRssBytes));
  }

  Map<String, Object> toMap() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("start_up_seconds", Figures.thousandths(startUpSeconds));
    fields.put("cpu_seconds", Figures.thousandths(cpuSeconds));
    fields.put("gc_seconds", Figures.thousandths(gcSeconds));
    fields.put("peak_rss_bytes", peakRssBytes);
    return fields;
  }

  /** Reads what {@link #toMap} wrote. */
  static JvmCost of(JsonNode fields) {
    return new JvmCost(
        fields.required("start_up_seconds").asDouble(),
        fields.required("cpu_seconds").asDouble(),
        fields.required("gc_seconds").asDouble(),
        fields.required("peak_rss_bytes").asLong());
  }
}
