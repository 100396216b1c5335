// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.option.WordConverter;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace schedule}. */
@Command(
    name = "schedule",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Runs a command of millrace again and again, at the times of a cron expression,",
      "each time in a fresh process, until it is stopped."
    },
    footer = {
      "",
      "Examples:",
      "  millrace schedule --cron=@hourly -- hourly --target=jdbc:postgresql://db/air",
      "  millrace schedule --cron='5 2 * * *' --zone=Asia/Shanghai -- sync ..."
    })
public final class ScheduleCommand extends RunCommand {

  private final Console console;
  private final Children children;

  /** What becomes of times that nobody was there for. */
  enum CatchUp {
    /** Nothing. */
    NONE,
    /** One run for all of them. */
    LATEST,
    /** A run for each. */
    ALL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--cron",
      required = true,
      paramLabel = "TIMES",
      description = {
        "When: minute, hour, day, month and day of the week, as in '7 * * * *'; with seconds in",
        "front if there are six; or @hourly, @daily, @weekly, @monthly."
      })
  String cron = "";

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      converter = ZoneConverter.class,
      description = "The time zone of --cron, as in Asia/Shanghai; default: UTC.")
  ZoneId zone = ZoneId.of("UTC");

  @Option(
      names = "--jitter",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Begin up to so much later, at random; default: at once.")
  @Nullable Duration jitter;

  @Option(
      names = "--catch-up",
      paramLabel = "POLICY",
      defaultValue = "latest",
      converter = CatchUpConverter.class,
      description = {
        "For times that were missed while nobody was there, or all runs were busy: none, latest",
        "(default: one run for all of them) or all (a run for each, the latest 1000)."
      })
  CatchUp catchUp = CatchUp.LATEST;

  @Option(
      names = "--concurrent",
      paramLabel = "N",
      defaultValue = "1",
      converter = CommonOptions.PositiveConverter.class,
      description = "Runs at a time; default: 1. Others wait.")
  int concurrent = 1;

  @Option(
      names = "--runs",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = "End after so many runs, 1 to 1024; default: not.")
  @Nullable Integer runs;

  @Option(
      names = "--run-timeout",
      paramLabel = "DURATION",
      defaultValue = "1d",
      converter = DurationConverter.class,
      description = "How long a run may take; default: 1d.")
  Duration timeout = Duration.ofDays(1);

  @Option(
      names = "--jvm",
      paramLabel = "FLAGS",
      converter = JvmFlags.Converter.class,
      description = "Flags of the JVM of each run, as in --jvm=-Xmx2g.")
  JvmFlags jvmFlags = JvmFlags.NONE;

  @Parameters(
      paramLabel = "-- COMMAND",
      arity = "1..*",
      description = "What to run, with its options.")
  List<String> command = new ArrayList<>();

  public ScheduleCommand(Console console, Children children) {
    super(console);
    this.console = console;
    this.children = children;
  }

  /** Each of its runs is. */
  @Override
  protected boolean isKept() {
    return false;
  }

  @Override
  protected boolean moves() {
    return false;
  }

  @Override
  protected void check(CommonOptions options) {
    options.mustNotRecord("with schedule, or said behind -- for each of its runs");
  }

  @Override
  protected Work work() {
    CronTimes times;
    try {
      times = CronTimes.parse(cron, zone);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "Invalid --cron: %s (must be as in '7 * * * *' or @hourly: %s)"
              .formatted(cron, e.getMessage()),
          e);
    }
    if (command.get(0).equals("schedule")) {
      throw new UsageException("Invalid command: schedule (must be another)");
    }
    return new ScheduleWork(
        this, children, times, Console.state(console.environment()).resolve("schedule"));
  }

  static final class ZoneConverter implements ITypeConverter<ZoneId> {
    @Override
    public ZoneId convert(String value) {
      try {
        return ZoneId.of(value);
      } catch (DateTimeException e) {
        throw new TypeConversionException("must be a time zone, as in Asia/Shanghai or UTC");
      }
    }
  }

  static final class CatchUpConverter extends WordConverter<CatchUp> {
    CatchUpConverter() {
      super(CatchUp.class);
    }
  }
}
