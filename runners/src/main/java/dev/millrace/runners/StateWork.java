// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.JobRecord;
import dev.millrace.ledger.LedgerView;
import dev.millrace.ledger.SplitRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows a ledger, or makes it forget. */
record StateWork(StateCommand command, ConnectionSpec database) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    Credentials.check("target", database);
    boolean forget = command.yes && !run.options().dryRun;
    if (command.prune != null) {
      return prune(Duration.ofDays(command.prune), forget);
    }
    Map<JobRecord, List<SplitRecord>> jobs = LedgerView.jobs(database);
    String name = command.job;
    if (name != null) {
      jobs.keySet().removeIf(job -> !job.job().equals(name));
      if (jobs.isEmpty()) {
        throw new UsageException(
            "Invalid --job: %s (must be a job of the ledger of %s; millrace state lists them)"
                .formatted(name, database.address()));
      }
    }
    return command.reset && name != null ? reset(name, jobs, forget) : show(jobs, name != null);
  }

  private Outcome show(Map<JobRecord, List<SplitRecord>> jobs, boolean withSplits) {
    List<String> lines = new ArrayList<>();
    List<Object> details = new ArrayList<>();
    jobs.forEach(
        (job, splits) -> {
          lines.addAll(lines(job, splits));
          if (withSplits) {
            splits.forEach(split -> lines.add(line(split)));
          }
          details.add(fields(job, splits));
        });
    if (jobs.isEmpty()) {
      lines.add("No job: %s has no ledger yet, or an empty one.".formatted(database.address()));
    }
    return outcome(lines, Map.of("jobs", details));
  }

  private Outcome reset(String name, Map<JobRecord, List<SplitRecord>> jobs, boolean forget)
      throws SQLException {
    List<String> lines = new ArrayList<>();
    jobs.forEach((job, splits) -> lines.addAll(lines(job, splits)));
    if (forget) {
      LedgerView.forget(database, name);
      lines.add("Forgotten. Its rows stay where they are; run again, it copies all of them.");
    } else {
      lines.add("Would be forgotten with --reset --yes; run again, it would then copy all rows.");
    }
    return outcome(lines, Map.of("forgotten", forget ? List.of(name) : List.of()));
  }

  private Outcome prune(Duration age, boolean forget) throws SQLException {
    List<String> lines = new ArrayList<>();
    List<String> forgotten = new ArrayList<>();
    for (JobRecord job : LedgerView.doneBefore(database, Instant.now(), age)) {
      if (forget) {
        LedgerView.forget(database, job.job());
        forgotten.add(job.job());
      }
      lines.add(
          "%s %s, done %s, %,d rows"
              .formatted(
                  forget ? "Forgotten:" : "Would be forgotten with --prune --yes:",
                  job.job(),
                  time(job.doneAt()),
                  job.rows()));
    }
    if (lines.isEmpty()) {
      lines.add("No job was done more than %d days ago.".formatted(age.toDays()));
    }
    return outcome(lines, Map.of("forgotten", forgotten));
  }

  private static Outcome outcome(List<String> lines, Map<String, ?> details) {
    return new Outcome(Counts.NONE, lines, details, ExitCode.DONE);
  }

  private static List<String> lines(JobRecord job, List<SplitRecord> splits) {
    String state =
        job.isDone()
            ? "done %s, %,d rows".formatted(time(job.doneAt()), job.rows())
            : "%d of %d splits done, %,d rows"
                .formatted(
                    splits.stream().filter(SplitRecord::isDone).count(),
                    splits.size(),
                    rows(splits));
    return List.of(
        job.job() + ": " + state,
        "  attempt %d by run %s on %s, %s"
            .formatted(job.attempts(), job.run(), job.runner(), time(job.attemptAt())),
        "  " + job.definition());
  }

  private static String line(SplitRecord split) {
    return String.format(
        Locale.ROOT,
        "  window %s, split %3d %s: %s, %,d rows, epoch %d%s",
        split.window(),
        split.split(),
        split.range(),
        split.isDone() ? "done" : split.covered().isEmpty() ? "nothing" : split.covered(),
        split.rows(),
        split.epoch(),
        split.changedAt() == null ? "" : ", " + time(split.changedAt()));
  }

  private static Map<String, Object> fields(JobRecord job, List<SplitRecord> splits) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("job", job.job());
    fields.put("definition", job.definition());
    fields.put("done", job.isDone());
    fields.put("attempts", job.attempts());
    fields.put("run_id", job.run());
    fields.put("runner", job.runner());
    fields.put("attempt_at", time(job.attemptAt()));
    fields.put("done_at", time(job.doneAt()));
    fields.put("rows", job.isDone() ? job.rows() : rows(splits));
    fields.put("splits", splits.stream().map(StateWork::fields).toList());
    return fields;
  }

  private static Map<String, Object> fields(SplitRecord split) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("window", split.window());
    fields.put("split", split.split());
    fields.put("low", split.range().lowText());
    fields.put("high", split.range().highText());
    fields.put("done", split.isDone());
    fields.put("covered", split.covered().stream().map(Object::toString).toList());
    fields.put("rows", split.rows());
    fields.put("epoch", split.epoch());
    fields.put("changed_at", time(split.changedAt()));
    return fields;
  }

  private static long rows(List<SplitRecord> splits) {
    return splits.stream().mapToLong(SplitRecord::rows).sum();
  }

  private static String time(@Nullable Instant instant) {
    return instant == null ? "" : instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
