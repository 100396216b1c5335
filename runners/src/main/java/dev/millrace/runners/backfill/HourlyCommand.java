// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.WindowSize;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace hourly}. */
@Command(
    name = "hourly",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Makes silver and gold of the newest day that there is bronze of, and of the days",
      "before it that have changed since: an hour that comes late is made again."
    },
    footer = {
      "",
      "Example, in a table of cron:",
      "  7 * * * *  millrace hourly --quiet --data=/srv/air --target=jdbc:postgresql://db/air"
    })
public final class HourlyCommand extends RunCommand {

  /** Of the data: local time in Beijing. */
  private static final ZoneOffset LOCAL = ZoneOffset.ofHours(8);

  private static final int DEFAULT_LOOKBACK_DAYS = 2;

  private final Console console;
  private final Children children;
  private final Clock clock;

  @Option(
      names = "--lookback",
      paramLabel = "DURATION",
      defaultValue = "2d",
      converter = DurationConverter.class,
      description = "How far before the newest hour late rows are looked for; default: 2d.")
  Duration lookback = Duration.ofDays(DEFAULT_LOOKBACK_DAYS);

  @Option(
      names = "--until",
      paramLabel = "HOUR",
      converter = HourConverter.class,
      description = {
        "The newest hour is one before this, as in 2017-02-28T13; default: one that is over, by the",
        "clock of Beijing, where the data come from."
      })
  @Nullable LocalDateTime until;

  @Mixin BackfillOptions backfill = new BackfillOptions();

  public HourlyCommand(Console console, Children children) {
    this(console, children, Clock.systemUTC());
  }

  HourlyCommand(Console console, Children children, Clock clock) {
    super(console);
    this.console = console;
    this.children = children;
    this.clock = clock;
  }

  @Override
  protected void check(CommonOptions options) {
    backfill.check(options);
  }

  @Override
  protected int pipelines() {
    return backfill.workers(common());
  }

  @Override
  protected Work work() {
    ConnectionSpec database = Credentials.of("target", backfill.target, console.environment());
    LocalDateTime closed =
        until == null
            ? LocalDateTime.ofInstant(clock.instant(), LOCAL).truncatedTo(ChronoUnit.HOURS)
            : until;
    return new BackfillWork(
        database,
        backfill,
        children,
        airQuality ->
            airQuality
                .coverage()
                .newestHour(closed)
                .map(
                    newest -> {
                      LocalDate from = newest.minus(lookback).toLocalDate();
                      LocalDate end = newest.toLocalDate().plusDays(1);
                      return WindowSize.parse("day").cut(from, end, new TreeMap<>());
                    })
                .orElse(List.of()),
        BackfillCommand.DEFAULT_SUMMARY);
  }

  static final class HourConverter implements ITypeConverter<LocalDateTime> {
    @Override
    public LocalDateTime convert(String value) {
      try {
        return LocalDateTime.parse(value + ":00");
      } catch (DateTimeException e) {
        throw new TypeConversionException("must be an hour, as in 2017-02-28T13");
      }
    }
  }
}
