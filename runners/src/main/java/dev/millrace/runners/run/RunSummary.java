// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.observe.ResidentMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The end of every run, for a script as one JSON object and for a human as a few lines. */
public record RunSummary(
    String command,
    String runId,
    @Nullable String runner,
    @Nullable Duration elapsed,
    OptionalLong peakResidentBytes,
    @Nullable Long attempts,
    List<String> jobs,
    @Nullable DatabaseUse database,
    @Nullable StageUse stages,
    @Nullable MemoryUse memory,
    Outcome outcome,
    @Nullable String error) {

  /** The summary of a command line that never became a run. */
  public static RunSummary refused(String command, String runId, String error) {
    return new RunSummary(
        command,
        runId,
        null,
        null,
        ResidentMemory.peakBytes(),
        null,
        List.of(),
        null,
        null,
        null,
        Outcome.of(Counts.NONE),
        error);
  }

  /** The same, with one more field. */
  public RunSummary with(String field, Object value) {
    return new RunSummary(
        command,
        runId,
        runner,
        elapsed,
        peakResidentBytes,
        attempts,
        jobs,
        database,
        stages,
        memory,
        outcome.with(field, value),
        error);
  }

  /** One line. A field that was not measured, or does not apply, is null. */
  public String toJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("command", command);
    fields.put("status", error == null ? "done" : "failed");
    fields.put("run_id", runId);
    fields.put("runner", runner);
    fields.putAll(outcome.counts().toMap());
    fields.put("seconds", elapsed == null ? null : elapsed.toMillis() / 1000.0);
    fields.put("rows_per_second", rowsPerSecond());
    fields.put(
        "peak_rss_bytes", peakResidentBytes.isPresent() ? peakResidentBytes.getAsLong() : null);
    fields.put("attempts", attempts);
    for (String later :
        List.of("source_checksum", "target_checksum", "cursor_low", "cursor_high")) {
      fields.put(later, null);
    }
    if (!jobs.isEmpty()) {
      fields.put("job_id", jobs.get(jobs.size() - 1));
      fields.put("job_ids", jobs);
    }
    if (database != null) {
      fields.put("database", database.toMap());
    }
    if (stages != null) {
      stages.addTo(fields);
    }
    if (memory != null) {
      fields.put("memory", memory.toMap());
    }
    fields.putAll(outcome.details());
    if (error != null) {
      fields.put("error", error);
    }
    try {
      return new ObjectMapper().writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write the summary: " + e.getMessage(), e);
    }
  }

  /** A small table. */
  public List<String> toLines() {
    Counts counts = outcome.counts();
    List<String> lines = new ArrayList<>(outcome.report());
    if (elapsed != null) {
      Object told = outcome.details().get("status");
      Object end = error != null ? "failed" : told != null ? told : "done";
      lines.add("%s %s in %s on %s".formatted(command, end, seconds(elapsed), runner));
    }
    add(lines, "read", counts.rowsRead(), "rows");
    add(lines, "written", counts.rowsWritten(), "rows");
    add(lines, "rejected", counts.rowsRejected(), "rows");
    add(lines, "blocks", counts.blocks(), "");
    add(lines, "bytes", counts.bytes(), "");
    add(lines, "speed", rowsPerSecond(), "rows/s");
    if (database != null) {
      database.tell(lines);
    }
    if (stages != null) {
      stages.tell(lines);
    }
    if (memory != null) {
      memory.tell(lines);
    }
    peakResidentBytes.ifPresent(bytes -> add(lines, "peak memory", bytes >> 20, "MiB"));
    return lines;
  }

  private @Nullable Long rowsPerSecond() {
    Long rows = outcome.counts().rowsWritten();
    return rows == null || elapsed == null || elapsed.toMillis() == 0
        ? null
        : Math.round(rows * 1000.0 / elapsed.toMillis());
  }

  private static void add(List<String> lines, String name, @Nullable Long value, String unit) {
    if (value != null) {
      lines.add(String.format(Locale.ROOT, "  %-12s %,14d %s", name, value, unit).stripTrailing());
    }
  }

  private static String seconds(Duration elapsed) {
    return String.format(Locale.ROOT, "%.1f s", elapsed.toMillis() / 1000.0);
  }
}
