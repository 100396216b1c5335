// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.JobRecord;
import dev.millrace.ledger.LedgerView;
import dev.millrace.ledger.SplitRecord;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
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
    List<LedgerView.Job> jobs = new ArrayList<>(LedgerView.jobs(database));
    String name = command.job;
    if (name != null) {
      jobs.removeIf(job -> !job.record().job().equals(name));
      if (jobs.isEmpty()) {
        throw new UsageException(
            "Invalid --job: %s (must be a job of the ledger of %s; millrace state lists them)"
                .formatted(name, database.address()));
      }
    }
    return command.reset && name != null ? reset(name, jobs, forget) : show(jobs, name != null);
  }

  private Outcome show(List<LedgerView.Job> jobs, boolean withParts) {
    List<String> lines = new ArrayList<>();
    List<Object> details = new ArrayList<>();
    for (LedgerView.Job job : jobs) {
      lines.addAll(lines(job));
      if (withParts) {
        job.windows().forEach(window -> lines.add(line(window)));
        job.splits().forEach(split -> lines.add(line(split)));
      }
      details.add(fields(job));
    }
    if (jobs.isEmpty()) {
      lines.add("No job: %s has no ledger yet, or an empty one.".formatted(database.address()));
    }
    return outcome(lines, Map.of("jobs", details));
  }

  private Outcome reset(String name, List<LedgerView.Job> jobs, boolean forget)
      throws SQLException {
    List<String> lines = new ArrayList<>();
    jobs.forEach(job -> lines.addAll(lines(job)));
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

  private static List<String> lines(LedgerView.Job known) {
    JobRecord job = known.record();
    List<String> lines = new ArrayList<>();
    lines.add(job.job() + ": " + state(known));
    lines.add(
        "  attempt %d by run %s on %s, %s"
            .formatted(job.attempts(), job.run(), job.runner(), time(job.attemptAt())));
    lines.add("  " + job.definition());
    List<String> late = new ArrayList<>();
    Lateness.of(known.recounts()).ifPresent(lateness -> lateness.tell("its cursor", late));
    late.forEach(sentence -> lines.add("  " + sentence));
    return lines;
  }

  private static String state(LedgerView.Job known) {
    JobRecord job = known.record();
    List<SplitRecord> splits = known.splits();
    if (job.isDone()) {
      return "done %s, %,d rows".formatted(time(job.doneAt()), job.rows());
    }
    String done =
        "%d of %d splits done, %,d rows"
            .formatted(
                splits.stream().filter(SplitRecord::isDone).count(), splits.size(), rows(splits));
    if (known.windows().isEmpty()) {
      return done;
    }
    WindowRecord last = known.windows().get(known.windows().size() - 1);
    return "%s, %d windows, %,d rows%s"
        .formatted(
            known.cursor().map(at -> "complete up to " + at.values().get(0)).orElse("at the start"),
            last.number(),
            job.rows(),
            last.isDone()
                ? ""
                : (last.isFollowed() ? "; followed: " : "; window under way: ") + done);
  }

  private static String line(WindowRecord window) {
    return String.format(
        Locale.ROOT,
        "  window %d %s: %s, %,d rows, begun %s",
        window.number(),
        window.range(),
        window.isDone() ? "done" : window.isFollowed() ? "followed" : "under way",
        window.rows(),
        time(window.begunAt()));
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

  private static Map<String, Object> fields(LedgerView.Job known) {
    JobRecord job = known.record();
    List<SplitRecord> splits = known.splits();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("job", job.job());
    fields.put("definition", job.definition());
    fields.put("done", job.isDone());
    fields.put("attempts", job.attempts());
    fields.put("run_id", job.run());
    fields.put("runner", job.runner());
    fields.put("attempt_at", time(job.attemptAt()));
    fields.put("done_at", time(job.doneAt()));
    fields.put("rows", job.isDone() ? job.rows() : job.rows() + rows(splits));
    fields.put("cursor", known.cursor().map(at -> at.values().get(0)).orElse(""));
    Lateness.of(known.recounts()).ifPresent(lateness -> lateness.enter(fields));
    fields.put("windows", known.windows().stream().map(StateWork::fields).toList());
    fields.put("splits", splits.stream().map(StateWork::fields).toList());
    return fields;
  }

  private static Map<String, Object> fields(WindowRecord window) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("window", window.number());
    fields.put("low", window.range().lowText());
    fields.put("high", window.range().highText());
    fields.put("done", window.isDone());
    fields.put("rows", window.rows());
    fields.put("bytes", window.bytes());
    fields.put("seconds", window.seconds());
    fields.put("begun_at", time(window.begunAt()));
    fields.put("done_at", time(window.doneAt()));
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
