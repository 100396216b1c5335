// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.WindowSize;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Collections;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace backfill}. */
@Command(
    name = "backfill",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Makes silver and gold of a range of days, window by window, several at once.",
      "What is done and has not changed since is left out; what failed, or was",
      "stopped, is done the next time."
    },
    footer = {
      "",
      "Examples:",
      "  millrace backfill --data=PRSA_Data --from=2013-03-01 --to=2017-02-28 \\",
      "      --target=jdbc:postgresql://db/air",
      "  millrace backfill ... --isolate=window --jvm=-Xmx512m --concurrent=4",
      "  millrace backfill ... --dry-run"
    })
public final class BackfillCommand extends RunCommand {

  private final Console console;
  private final Children children;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "DAY",
      converter = DayConverter.class,
      description = "The first day, as in 2013-03-01.")
  LocalDate from = LocalDate.EPOCH;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DAY",
      converter = DayConverter.class,
      description = "The last day, as in 2017-02-28.")
  LocalDate to = LocalDate.EPOCH;

  /** What two at a time hold of so many rows has room in a heap of 512 MiB. */
  private static final String DEFAULT_WINDOW = "month,250000rows";

  /** Windows of a summary: it holds a tenth of what they do, their hours of exceedance. */
  private static final int SUMMARY = 8;

  static final WindowSize DEFAULT_SUMMARY = WindowSize.parse(DEFAULT_WINDOW).times(SUMMARY);

  @Option(
      names = "--window",
      paramLabel = "SIZE",
      defaultValue = DEFAULT_WINDOW,
      converter = SizeConverter.class,
      description = {
        "day, week, month; as many days as have no more rows than, for instance, 500000rows; or both:",
        "each ends with the month, and before it if there would be more rows;",
        "default: ${DEFAULT-VALUE}."
      })
  WindowSize window = WindowSize.parse(DEFAULT_WINDOW);

  @Mixin BackfillOptions backfill = new BackfillOptions();

  public BackfillCommand(Console console, Children children) {
    super(console);
    this.console = console;
    this.children = children;
  }

  @Override
  protected void check(CommonOptions options) {
    if (to.isBefore(from)) {
      throw new UsageException(
          "Invalid --to: %s (must not be before --from=%s)".formatted(to, from));
    }
    backfill.check(options);
  }

  @Override
  protected int pipelines() {
    return backfill.workers(common());
  }

  @Override
  protected Work work() {
    ConnectionSpec database = Credentials.of("target", backfill.target, console.environment());
    return new BackfillWork(
        database,
        backfill,
        children,
        airQuality -> {
          LocalDate end = to.plusDays(1);
          return window.cut(
              from,
              end,
              window.needsRows()
                  ? airQuality.coverage().days(from, end)
                  : Collections.emptySortedMap());
        },
        window.needsRows() ? window.times(SUMMARY) : DEFAULT_SUMMARY);
  }

  static final class SizeConverter implements ITypeConverter<WindowSize> {
    @Override
    public WindowSize convert(String value) {
      try {
        return WindowSize.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(WindowSize.FORMS);
      }
    }
  }

  static final class DayConverter implements ITypeConverter<LocalDate> {
    private static final int LAST_YEAR = 9999;

    @Override
    public LocalDate convert(String value) {
      try {
        LocalDate day = LocalDate.parse(value);
        if (day.getYear() >= 1 && day.getYear() < LAST_YEAR) {
          return day;
        }
      } catch (DateTimeException e) {
        // Falls through to the sentence that names the form.
      }
      throw new TypeConversionException("must be a day, as in 2013-03-01");
    }
  }
}
