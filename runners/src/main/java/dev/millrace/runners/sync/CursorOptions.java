// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.horizon.HorizonRules;
import dev.millrace.pipelines.incremental.NullCursor;
import dev.millrace.pipelines.incremental.OnDrift;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.option.WordConverter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a sync that copies what is new by a cursor. */
final class CursorOptions {

  @Option(
      names = "--cursor",
      paramLabel = "COL",
      description = {
        "Copy only what is new since the last run, by this column: a time that the source's",
        "server fills in, a number from a sequence, or an xid8."
      })
  @Nullable String cursor;

  @Option(
      names = "--from",
      paramLabel = "VALUE",
      description = "Copy again from this value of --cursor on; the cursor stays where it is.")
  @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "VALUE",
      description = "Copy again up to below this value of --cursor.")
  @Nullable String to;

  @Option(
      names = "--overlap",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = {
        "Read so far back behind the cursor once more, where the source cannot tell up to",
        "where its rows are complete; only with --mode=upsert."
      })
  @Nullable Duration overlap;

  @Option(
      names = "--guard",
      paramLabel = "DURATION",
      defaultValue = "1s",
      converter = DurationConverter.class,
      description = "How far to stay behind the oldest open transaction; default: 1s.")
  Duration guard = Duration.ofSeconds(1);

  @Option(
      names = "--cursor-zone",
      split = ",",
      paramLabel = "ZONE",
      description = {
        "The time zones in which sessions fill in a --cursor that is a timestamp without one;",
        "default: the source server's."
      })
  List<String> zones = List.of();

  @Option(
      names = "--accept-loss",
      description = "Go on where rows that are committed late would be lost.")
  boolean acceptLoss;

  @Option(
      names = "--null-cursor",
      defaultValue = "fail",
      paramLabel = "POLICY",
      converter = NullCursorConverter.class,
      description = {
        "What becomes of rows in which --cursor is NULL: fail (default), include (every run",
        "copies all of them; only with --mode=upsert) or skip."
      })
  NullCursor nullCursor = NullCursor.FAIL;

  @Option(
      names = "--on-drift",
      defaultValue = "fail",
      paramLabel = "POLICY",
      converter = OnDriftConverter.class,
      description = {
        "What becomes of the copy when the source's columns change: fail (default),",
        "add-columns (the target gets them, and wider types) or ignore (new ones)."
      })
  OnDrift onDrift = OnDrift.FAIL;

  @Option(
      names = "--print-migration",
      description = {
        "Print the SQL that gives --table a column of the name --cursor, an xid8 that a trigger",
        "keeps: the cursor that loses nothing, without conditions."
      })
  boolean printMigration;

  @Option(names = "--follow", description = "Go on copying what is new until a signal ends it.")
  boolean follow;

  @Option(
      names = "--poll",
      paramLabel = "DURATION",
      defaultValue = "1s",
      converter = DurationConverter.class,
      description = "With --follow, how often to ask when nothing is new; default: 1s.")
  Duration poll = Duration.ofSeconds(1);

  @Option(
      names = "--from-savepoint",
      paramLabel = "PATH",
      description = {
        "With --follow on a cluster, go on from this savepoint or checkpoint, as the workers",
        "see it; `flink resume` finds the newest."
      })
  String fromSavepoint = "";

  @Option(
      names = "--window",
      paramLabel = "DURATION",
      defaultValue = "1min",
      converter = DurationConverter.class,
      description = "With --follow, the windows of event time to count by; default: 1min.")
  Duration window = Duration.ofMinutes(1);

  @Option(
      names = "--allowed-lateness",
      paramLabel = "DURATION",
      defaultValue = "1h",
      converter = DurationConverter.class,
      description = "With --follow, how long a window takes late rows; default: 1h.")
  Duration lateness = Duration.ofHours(1);

  boolean isGiven() {
    return cursor != null;
  }

  boolean isBackfill() {
    return from != null || to != null;
  }

  /**
   * Checks the options with each other.
   *
   * @throws UsageException when they do not go together
   */
  void check() {
    if (poll.isZero() || window.isZero()) {
      throw new UsageException(
          "Invalid --%s: 0 (must be above 0)".formatted(poll.isZero() ? "poll" : "window"));
    }
    if (follow && isBackfill()) {
      throw new UsageException("Invalid --follow: true (must be left out with --from and --to)");
    }
    if (isGiven()) {
      return;
    }
    refuse("--from", from);
    refuse("--to", to);
    refuse("--overlap", overlap);
    refuse("--cursor-zone", zones.isEmpty() ? null : zones);
    refuse("--accept-loss", acceptLoss ? "true" : null);
    refuse("--follow", follow ? "true" : null);
    refuse("--from-savepoint", fromSavepoint.isEmpty() ? null : fromSavepoint);
    refuse("--print-migration", printMigration ? "true" : null);
  }

  private static void refuse(String option, @Nullable Object value) {
    if (value != null) {
      throw new UsageException(
          "Invalid %s: %s (must be left out without --cursor)".formatted(option, value));
    }
  }

  HorizonRules rules() {
    return new HorizonRules(guard, zones, overlap, acceptLoss, HorizonRules.DEFAULT.patience());
  }

  static final class OnDriftConverter extends WordConverter<OnDrift> {
    OnDriftConverter() {
      super(OnDrift.class);
    }
  }

  static final class NullCursorConverter extends WordConverter<NullCursor> {
    NullCursorConverter() {
      super(NullCursor.class);
    }
  }
}
