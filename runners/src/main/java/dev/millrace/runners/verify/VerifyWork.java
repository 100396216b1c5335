// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.verify;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Sql;
import dev.millrace.ledger.LedgerView;
import dev.millrace.pipelines.incremental.IncrementalOptions;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import dev.millrace.verify.Repair;
import dev.millrace.verify.Synced;
import dev.millrace.verify.Verification;
import dev.millrace.verify.Verify;
import dev.millrace.verify.VerifyOptions;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares two tables, and repairs the second. */
record VerifyWork(VerifyCommand command) implements Work {

  private static final Logger LOG = LoggerFactory.getLogger(VerifyWork.class);

  /** Something that a signal ends. */
  @FunctionalInterface
  private interface Cancelling {
    void cancel() throws SQLException;
  }

  @Override
  public Outcome run(Run run) throws Exception {
    VerifyOptions options = options(run.console().environment());
    Credentials.check("source", options.source());
    Credentials.check("target", options.target());
    boolean dry = run.options().dryRun;
    if (command.repair && !dry) {
      return repair(run, options);
    }
    try (Verify verify = Verify.open(options)) {
      endOnSignal(run, verify::cancel);
      if (dry && !command.repair) {
        return plan(options, verify);
      }
      run.tell(
          "Comparing %s with %s by %s, about %,d rows"
              .formatted(options.table(), options.into(), verify.order(), verify.expectedRows()));
      VerifyReport report = new VerifyReport(verify.key(), command.limit);
      Verification found = verify.compare();
      report.add(found);
      if (dry) {
        report.addPlan(found, command.deleteExtra);
      }
      return outcome(Counts.NONE, report, found.isEqual());
    }
  }

  private Outcome repair(Run run, VerifyOptions options) throws SQLException {
    Repair repair = Repair.of(options);
    repair = command.deleteExtra ? repair.deleteExtra() : repair;
    endOnSignal(run, repair::cancel);
    run.tell("Comparing and repairing %s".formatted(options.into()));
    Repair.Mended mended = repair.run();
    VerifyReport report = new VerifyReport(mended.key(), command.limit);
    report.add(mended.found());
    report.add(mended);
    return outcome(Counts.NONE.withRowsWritten(mended.written()), report, mended.left().isEqual());
  }

  private static Outcome outcome(Counts counts, VerifyReport report, boolean equal) {
    report.put("equal", equal);
    return new Outcome(
        counts, report.lines(), report.details(), equal ? ExitCode.DONE : ExitCode.DIFFERENT);
  }

  private static void endOnSignal(Run run, Cancelling work) {
    run.stop()
        .setAction(
            () -> {
              try {
                work.cancel();
              } catch (SQLException unreachable) {
                LOG.debug("A server could not be told to stop", unreachable);
              }
            });
  }

  private VerifyOptions options(Map<String, String> environment) throws SQLException {
    ConnectionSpec source = Credentials.of("source", command.source, environment);
    ConnectionSpec target = Credentials.of("target", command.target, environment);
    String into = command.into == null ? command.table : command.into;
    VerifyOptions options =
        VerifyOptions.of(source, command.table, target, into)
            .withKey(command.key)
            .withColumns(command.columns)
            .withWhere(command.where)
            .withCursor(command.cursor)
            .withLimit(command.limit);
    if (command.byWindow != null) {
      options = options.byWindow(command.byWindow);
    }
    Optional<String> synced = syncedTo(target, into);
    return synced.isEmpty()
        ? options
        : options.withSynced(new Synced(command.cursor, Sql.literal(synced.get())));
  }

  /** Up to where the target is said to be complete. */
  private Optional<String> syncedTo(ConnectionSpec target, String into) throws SQLException {
    if (command.syncedTo != null || command.cursor.isEmpty()) {
      return Optional.ofNullable(command.syncedTo);
    }
    String job =
        command.job != null
            ? command.job
            : IncrementalOptions.job(command.table, into, command.cursor);
    Optional<LedgerView.Job> known = LedgerView.job(target, job);
    if (known.isEmpty() && command.job != null) {
      throw new UsageException(
          "Invalid --job: %s (must be a job of the ledger of %s; millrace state lists them)"
              .formatted(job, target.address()));
    }
    return known.flatMap(LedgerView.Job::cursor).map(at -> at.values().get(0));
  }

  private static Outcome plan(VerifyOptions options, Verify verify) throws SQLException {
    return Outcome.planned(
        "Would compare %d columns of %s, about %,d rows, with %s, by %s."
            .formatted(
                verify.columns().size(),
                options.table(),
                verify.expectedRows(),
                options.into(),
                verify.order()),
        verify.key().isEmpty()
            ? "No columns tell rows apart: single keys could not be named."
            : "Rows are told apart by %s%s."
                .formatted(
                    String.join(", ", verify.key()),
                    verify.isIndexable()
                        ? ""
                        : ", in an order of their own: to name keys takes another pass"));
  }
}
