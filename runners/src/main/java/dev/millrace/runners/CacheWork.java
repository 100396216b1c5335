// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.cache.CachedLookup;
import dev.millrace.cache.result.Kept;
import dev.millrace.cache.result.ResultStore;
import dev.millrace.cache.tier.CacheContents;
import dev.millrace.cache.tier.TierContents;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Shows what is kept from run to run, or forgets it. */
record CacheWork(CacheCommand command) implements Work {

  private static final int KEY_DIGITS = 12;

  @Override
  public Outcome run(Run run) throws Exception {
    boolean changes = List.of("invalidate", "clear").contains(command.action);
    Report report = new Report(changes, run.options().dryRun);
    CachePlaces places = new CachePlaces(command);
    ResultStore store = places.results();
    if (store != null) {
      results(store, report);
    }
    for (TierContents tier : places.tiers()) {
      tier(tier, report);
    }
    return report.outcome();
  }

  private void results(ResultStore store, Report report) throws IOException {
    Instant now = Instant.now();
    List<Kept> chosen = store.list().stream().filter(kept -> isChosen(kept, now)).toList();
    if (report.forgets()) {
      List<String> hashes = chosen.stream().map(Kept::hash).toList();
      store.forget(kept -> hashes.contains(kept.hash()));
      if (command.action.equals("clear") && command.cache == null) {
        store.clear();
      }
    }
    if (command.action.equals("stats")) {
      Map<String, List<Kept>> stages = new TreeMap<>();
      chosen.forEach(
          kept -> stages.computeIfAbsent(kept.stage(), s -> new ArrayList<>()).add(kept));
      stages.forEach(report::stage);
    } else {
      chosen.forEach(report::result);
    }
  }

  private boolean isChosen(Kept kept, Instant now) {
    Duration age = command.olderThan;
    return (command.cache == null || kept.stage().equals(command.cache))
        && (command.key == null || kept.hash().startsWith(command.key))
        && (command.table == null || kept.reads(command.table))
        && (command.tag == null || kept.tags().contains(command.tag))
        && (age == null || kept.made() < now.minus(age).toEpochMilli());
  }

  private void tier(TierContents tier, Report report) throws IOException {
    for (CacheContents contents : tier.caches()) {
      if (isChosen(contents)) {
        report.cache(report.forgets() ? tier.clear(contents.cache()) : contents);
      }
    }
  }

  /** Entries have a name, and no tags: what chooses by something else is about results. */
  private boolean isChosen(CacheContents contents) {
    boolean named = command.cache == null || contents.cache().equals(command.cache);
    boolean about =
        command.table == null || contents.cache().equals(CachedLookup.nameOf(command.table));
    boolean results = command.key != null || command.tag != null || command.olderThan != null;
    return named && about && !results;
  }

  /** What was found, as lines and as fields. */
  private static final class Report {
    private final boolean changes;
    private final boolean dryRun;
    private final List<String> lines = new ArrayList<>();
    private final List<Map<String, Object>> results = new ArrayList<>();
    private final List<Map<String, Object>> caches = new ArrayList<>();

    Report(boolean changes, boolean dryRun) {
      this.changes = changes;
      this.dryRun = dryRun;
    }

    boolean forgets() {
      return changes && !dryRun;
    }

    private void line(String text) {
      lines.add((changes ? dryRun ? "Would be forgotten: " : "Forgotten: " : "") + text);
    }

    void result(Kept kept) {
      String tags = kept.tags().isEmpty() ? "" : ", tags " + String.join(" ", kept.tags());
      line(
          String.format(
              Locale.ROOT,
              "%s %s, made %s: %,d rows, %s, about %.1f s to make%s",
              kept.stage(),
              kept.hash().substring(0, KEY_DIGITS),
              time(kept.made()),
              kept.rows(),
              ByteSize.ofBytes(kept.bytes()),
              kept.seconds(),
              tags));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("stage", kept.stage());
      fields.put("key", kept.hash());
      fields.put("parts", new TreeMap<>(kept.parts()));
      fields.put("tags", kept.tags());
      fields.put("made_at", time(kept.made()));
      fields.put("rows", kept.rows());
      fields.put("bytes", kept.bytes());
      fields.put("seconds", kept.seconds());
      results.add(fields);
    }

    void stage(String stage, List<Kept> all) {
      long rows = all.stream().mapToLong(Kept::rows).sum();
      long bytes = all.stream().mapToLong(Kept::bytes).sum();
      double seconds = all.stream().mapToDouble(Kept::seconds).sum();
      line(
          String.format(
              Locale.ROOT,
              "%s: %,d results, %,d rows, %s, about %.1f s to make, the latest %s",
              stage,
              all.size(),
              rows,
              ByteSize.ofBytes(bytes),
              seconds,
              time(all.get(0).made())));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("stage", stage);
      fields.put("results", all.size());
      fields.put("rows", rows);
      fields.put("bytes", bytes);
      fields.put("seconds", seconds);
      results.add(fields);
    }

    void cache(CacheContents contents) {
      String bytes = contents.bytes() < 0 ? "" : ", " + ByteSize.ofBytes(contents.bytes());
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
              bytes,
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

    private static @Nullable String time(long millis) {
      return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
  }
}
