// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.cache.tier.CacheContents;
import dev.millrace.control.ByteSize;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was found in caches, or forgotten, as lines and as fields. */
final class CacheReport {

  /** Of bytes that nobody counted. */
  static final long UNKNOWN = -1;

  private static final int KEY_DIGITS = 12;

  /**
   * A result of a stage.
   *
   * @param stage its name, and after a blank that of the part
   * @param bytes that it takes where it is kept, or {@link #UNKNOWN}
   */
  record Result(
      String stage,
      String key,
      Instant made,
      long rows,
      long bytes,
      double seconds,
      List<String> tags) {

    String stageOnly() {
      return stage.split(" ", 2)[0];
    }
  }

  private final boolean changes;
  private final boolean dryRun;
  private final List<String> lines = new ArrayList<>();
  private final List<Map<String, Object>> results = new ArrayList<>();
  private final List<Map<String, Object>> caches = new ArrayList<>();

  CacheReport(boolean changes, boolean dryRun) {
    this.changes = changes;
    this.dryRun = dryRun;
  }

  boolean forgets() {
    return changes && !dryRun;
  }

  private void line(String text) {
    lines.add((changes ? dryRun ? "Would be forgotten: " : "Forgotten: " : "") + text);
  }

  void result(Result kept) {
    String tags = kept.tags().isEmpty() ? "" : ", tags " + String.join(" ", kept.tags());
    line(
        String.format(
            Locale.ROOT,
            "%s %s, made %s: %,d rows%s, about %.1f s to make%s",
            kept.stage(),
            kept.key().substring(0, KEY_DIGITS),
            time(kept.made()),
            kept.rows(),
            size(kept.bytes()),
            kept.seconds(),
            tags));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", kept.stage());
    fields.put("key", kept.key());
    fields.put("tags", kept.tags());
    fields.put("made_at", time(kept.made()));
    fields.put("rows", kept.rows());
    fields.put("bytes", kept.bytes() < 0 ? null : kept.bytes());
    fields.put("seconds", kept.seconds());
    results.add(fields);
  }

  /**
   * All results of a stage together.
   *
   * @param all one or more
   */
  void stage(String stage, List<Result> all) {
    long rows = all.stream().mapToLong(Result::rows).sum();
    long bytes = all.stream().mapToLong(Result::bytes).reduce(0, Math::addExact);
    double seconds = all.stream().mapToDouble(Result::seconds).sum();
    Instant latest = all.stream().map(Result::made).max(Instant::compareTo).orElseThrow();
    line(
        String.format(
            Locale.ROOT,
            "%s: %,d results, %,d rows%s, about %.1f s to make, the latest %s",
            stage,
            all.size(),
            rows,
            size(bytes),
            seconds,
            time(latest)));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", stage);
    fields.put("results", all.size());
    fields.put("rows", rows);
    fields.put("bytes", bytes < 0 ? null : bytes);
    fields.put("seconds", seconds);
    results.add(fields);
  }

  private static String size(long bytes) {
    return bytes < 0 ? "" : ", " + ByteSize.ofBytes(bytes);
  }

  void cache(CacheContents contents) {
    String inUse =
        contents.inUse() == 0
            ? ""
            : ", and what %d running processes have open".formatted(contents.inUse());
    line(
        String.format(
            Locale.ROOT,
            "%s in %s: %,d entries%s%s",
            contents.cache(),
            contents.tier(),
            contents.entries(),
            size(contents.bytes()),
            changes && contents.inUse() > 0 ? inUse.replace(", and", "; not") : inUse));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("cache", contents.cache());
    fields.put("tier", contents.tier());
    fields.put("entries", contents.entries());
    fields.put("bytes", contents.bytes() < 0 ? null : contents.bytes());
    fields.put("in_use", contents.inUse());
    caches.add(fields);
  }

  Outcome outcome() {
    if (lines.isEmpty()) {
      lines.add("There is nothing" + (changes ? " to be forgotten." : "."));
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("forgotten", forgets());
    details.put("results", results);
    details.put("caches", caches);
    return new Outcome(Counts.NONE, lines, details, ExitCode.DONE);
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
