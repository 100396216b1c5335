// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.cache.CachedLookup;
import dev.millrace.cache.result.Kept;
import dev.millrace.cache.result.ResultStore;
import dev.millrace.cache.result.TableResult;
import dev.millrace.cache.result.TableResults;
import dev.millrace.cache.tier.CacheContents;
import dev.millrace.cache.tier.TierContents;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Shows what is kept from run to run, or forgets it. */
record CacheWork(CacheCommand command) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    boolean changes = List.of("invalidate", "clear").contains(command.action);
    CacheReport report = new CacheReport(changes, run.options().dryRun);
    CachePlaces places = new CachePlaces(command);
    ResultStore store = places.results();
    if (store != null) {
      results(store, report);
    }
    TableResults tables = places.tables();
    if (tables != null) {
      tables(tables, report);
    }
    for (TierContents tier : places.tiers()) {
      tier(tier, report);
    }
    return report.outcome();
  }

  private void results(ResultStore store, CacheReport report) throws IOException {
    Instant now = Instant.now();
    Predicate<Kept> choice =
        kept -> (command.table == null || kept.reads(command.table)) && isChosen(line(kept), now);
    List<Kept> chosen =
        report.forgets() ? store.forget(choice) : store.list().stream().filter(choice).toList();
    if (report.forgets() && command.action.equals("clear") && command.cache == null) {
      store.clear();
    }
    tell(chosen.stream().map(CacheWork::line).toList(), report);
  }

  private static CacheReport.Result line(Kept kept) {
    return new CacheReport.Result(
        kept.stage(),
        kept.hash(),
        Instant.ofEpochMilli(kept.made()),
        kept.rows(),
        kept.bytes(),
        kept.seconds(),
        kept.tags());
  }

  private void tables(TableResults tables, CacheReport report) throws SQLException {
    Instant now = Instant.now();
    List<TableResult> chosen =
        tables.list().stream()
            .filter(kept -> command.table == null || kept.tags().contains(command.table))
            .filter(kept -> isChosen(line(kept), now))
            .toList();
    if (report.forgets()) {
      for (TableResult each : chosen) {
        tables.forgetPart(each.stage(), each.part());
      }
    }
    tell(chosen.stream().map(CacheWork::line).toList(), report);
  }

  private static CacheReport.Result line(TableResult kept) {
    return new CacheReport.Result(
        kept.stage() + " " + kept.part(),
        kept.key(),
        kept.madeAt(),
        kept.rows(),
        CacheReport.UNKNOWN,
        kept.seconds(),
        kept.tags());
  }

  private void tell(List<CacheReport.Result> results, CacheReport report) {
    if (command.action.equals("stats")) {
      Map<String, List<CacheReport.Result>> stages = new TreeMap<>();
      results.forEach(
          each -> stages.computeIfAbsent(each.stageOnly(), any -> new ArrayList<>()).add(each));
      stages.forEach(report::stage);
    } else {
      results.forEach(report::result);
    }
  }

  private boolean isChosen(CacheReport.Result kept, Instant now) {
    Duration age = command.olderThan;
    return (command.cache == null || kept.stageOnly().equals(command.cache))
        && (command.key == null || kept.key().startsWith(command.key))
        && (command.tag == null || kept.tags().contains(command.tag))
        && (age == null || kept.made().isBefore(now.minus(age)));
  }

  private void tier(TierContents tier, CacheReport report) throws IOException {
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
}
