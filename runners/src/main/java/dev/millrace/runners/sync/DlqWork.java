// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.Rejects;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Looks after rows that were refused. */
record DlqWork(DlqCommand command, ConnectionSpec database) implements Work {

  @Override
  public Outcome run(Run run) throws Exception {
    Credentials.check("target", database);
    Rejects rejects =
        Rejects.of(database, new Rejects.Filter(command.into, command.run, "", command.ids));
    return switch (command.action) {
      case "show" -> show(rejects);
      case "replay" -> replay(rejects, run.options().dryRun);
      case "drop" -> drop(rejects, command.yes && !run.options().dryRun);
      default -> list(rejects);
    };
  }

  private static Outcome list(Rejects rejects) throws SQLException {
    List<String> lines = new ArrayList<>();
    List<Map<String, Object>> groups = new ArrayList<>();
    for (Rejects.Group group : rejects.groups()) {
      lines.add(
          "%,d rows of %s, SQLSTATE %s, the first is %d, the last was refused %s: %s"
              .formatted(
                  group.rows(),
                  group.target(),
                  group.sqlstate(),
                  group.firstId(),
                  time(group.lastAt()),
                  Sentence.redact(group.message())));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("target", group.target());
      fields.put("sqlstate", group.sqlstate());
      fields.put("message", group.message());
      fields.put("rows", group.rows());
      fields.put("first_id", group.firstId());
      fields.put("last_at", time(group.lastAt()));
      groups.add(fields);
    }
    return outcome(lines.isEmpty() ? List.of("No rows were refused.") : lines, "groups", groups);
  }

  private Outcome show(Rejects rejects) throws SQLException {
    List<String> lines = new ArrayList<>();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Rejects.Row row : rejects.rows(command.limit)) {
      lines.add(
          "%d of %s%s, refused %s (%d times), SQLSTATE %s: %s"
              .formatted(
                  row.id(),
                  row.target(),
                  row.key() == null ? "" : " " + row.key(),
                  time(row.lastAt()),
                  row.attempts(),
                  row.sqlstate(),
                  row.message()));
      lines.add(
          "    " + row.payload() + (row.redacted().isEmpty() ? "" : " less " + row.redacted()));
      rows.add(fields(row));
    }
    long more = rejects.count() - rows.size();
    if (more > 0) {
      lines.add("and %,d more; see --limit.".formatted(more));
    }
    return outcome(lines.isEmpty() ? List.of("No rows were refused.") : lines, "rows", rows);
  }

  private static Map<String, Object> fields(Rejects.Row row) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", row.id());
    fields.put("target", row.target());
    fields.put("job", row.job());
    fields.put("run_id", row.run());
    fields.put("key", row.key() == null ? "" : row.key());
    fields.put("payload", row.payload());
    fields.put("redacted", row.redacted());
    fields.put("sqlstate", row.sqlstate());
    fields.put("message", row.message());
    fields.put("attempts", row.attempts());
    fields.put("first_at", time(row.firstAt()));
    fields.put("last_at", time(row.lastAt()));
    return fields;
  }

  private static Outcome replay(Rejects rejects, boolean dryRun) throws SQLException {
    if (dryRun) {
      return Outcome.planned("Would write %,d rows again.".formatted(rejects.count()));
    }
    Rejects.Replayed replayed = rejects.replay();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%,d rows were written, %,d refused once more."
            .formatted(replayed.replayed(), replayed.refused()));
    if (replayed.redacted() > 0) {
      lines.add(
          "%,d rows cannot be written, since values of them were not kept: copy them again."
              .formatted(replayed.redacted()));
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("rows_replayed", replayed.replayed());
    details.put("rows_refused", replayed.refused());
    details.put("rows_redacted", replayed.redacted());
    boolean left = replayed.refused() + replayed.redacted() > 0;
    return new Outcome(Counts.NONE, lines, details, left ? ExitCode.REJECTS : ExitCode.DONE);
  }

  private static Outcome drop(Rejects rejects, boolean forget) throws SQLException {
    long rows = forget ? rejects.drop() : rejects.count();
    return new Outcome(
        Counts.NONE,
        List.of(
            forget
                ? "%,d rows were dropped.".formatted(rows)
                : "%,d rows would be dropped with --yes.".formatted(rows)),
        Map.of("rows_dropped", forget ? rows : 0),
        ExitCode.DONE);
  }

  private static Outcome outcome(List<String> lines, String name, List<Map<String, Object>> all) {
    return new Outcome(Counts.NONE, lines, Map.of(name, all), ExitCode.DONE);
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
