// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.CachedLookup;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.redundancy.Enrich;
import dev.millrace.pipelines.redundancy.EnrichOptions;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.ConnectionPlan;
import dev.millrace.runners.pipeline.PipelineRun;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** Copies a table, and puts beside its rows what another has for them. */
record EnrichWork(EnrichCommand command) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    EnrichOptions options =
        new EnrichOptions(
            command.limits.database(run, "source", command.source),
            command.table,
            command.limits.database(run, "target", command.target),
            command.into,
            command.key,
            run.options().blockSize(),
            run.options().parallelism);
    ConnectionSpec reference =
        command.lookupSource == null
            ? options.source()
            : command.limits.database(run, "lookup", command.lookupSource);
    Credentials.check("source", options.source());
    Credentials.check("target", options.target());
    if (command.lookupSource != null) {
      Credentials.check("lookup", reference);
    }
    try (Enrich enrich = Enrich.open(options, lookup(reference))) {
      Pipeline pipeline = PipelineRun.pipeline(run, "enrich");
      enrich.applyTo(pipeline);
      if (run.options().dryRun) {
        return connections(run, options, reference).addTo(planned());
      }
      if (command.limits.hasCeiling()) {
        connections(run, options, reference);
      }
      String cache = CachedLookup.nameOf(command.lookup);
      CacheUse before = CacheUse.of(cache);
      PipelineResult result = PipelineRun.toEnd(run, pipeline, "enrich", Measure.ROWS_WRITTEN, 0);
      // What the processes of a cluster keep is told by their metrics.
      boolean known = !command.noCache && !run.options().runner.isCluster();
      return outcome(result, known ? CacheUse.of(cache).since(before) : null);
    }
  }

  private ConnectionPlan connections(Run run, EnrichOptions options, ConnectionSpec reference)
      throws SQLException, IOException {
    return ConnectionPlan.of(
        run.options(),
        new ConnectionPlan.Need(options.source(), true, false, 1),
        new ConnectionPlan.Need(reference, true, false, 0),
        new ConnectionPlan.Need(options.target(), false, true, 0));
  }

  private CachedLookup lookup(ConnectionSpec reference) {
    CachedLookup lookup = CachedLookup.in(reference, command.lookup).where(command.where);
    if (!command.on.isEmpty()) {
      lookup = lookup.on(command.on.toArray(String[]::new));
    }
    if (!command.lookupKey.isEmpty()) {
      lookup = lookup.key(command.lookupKey.toArray(String[]::new));
    }
    if (!command.add.isEmpty()) {
      lookup = lookup.columns(command.add.toArray(String[]::new));
    }
    if (!command.prefix.isEmpty()) {
      lookup = lookup.prefixed(command.prefix);
    }
    if (command.asOf != null && command.validFrom != null) {
      lookup = lookup.asOf(command.asOf, command.validFrom);
    }
    if (command.inner) {
      lookup = lookup.inner();
    }
    return command.noCache ? lookup.withoutCache() : lookup.cached(settings());
  }

  private CacheSettings settings() {
    Duration absent = Duration.ofMillis(Math.max(1, command.keep.toMillis() / 10));
    CacheSettings heap =
        CacheSettings.DEFAULT.withHeap(command.heap).withTimeToLive(command.keep, absent);
    return command.tiers.addTo(heap, command.console().environment());
  }

  private Outcome planned() {
    return Outcome.planned(
        "Would copy %s into %s, beside what %s has for each row.%s"
            .formatted(
                command.table,
                command.into,
                command.lookup,
                command.inner ? " Rows for which it has nothing would be left out." : ""),
        "Nothing was written.");
  }

  private Outcome outcome(PipelineResult result, @Nullable CacheUse use) {
    List<String> report = new ArrayList<>();
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    long unmatched = Measure.ROWS_UNMATCHED.total(result, "");
    details.put("rows_unmatched", unmatched);
    if (unmatched > 0) {
      report.add(
          "For %,d rows %s has nothing; they %s."
              .formatted(
                  unmatched,
                  command.lookup,
                  command.inner ? "were left out" : "have NULL beside them"));
    }
    if (use != null) {
      use.tell(command.lookup, report, details);
    }
    return new Outcome(PipelineRun.counts(result), report, details, ExitCode.DONE);
  }
}
