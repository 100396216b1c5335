// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.report.DailyReport;
import dev.millrace.monitor.report.Prices;
import dev.millrace.monitor.report.ReportFile;
import dev.millrace.monitor.report.RunReport;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.WordConverter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace report}. */
@Command(
    name = "report",
    description = "Tells all that is known of a run, or of the runs of a day, in one file.")
public final class ReportCommand extends KeptRunsCommand {

  private static final String TODAY = "today";

  private static final String YESTERDAY = "yesterday";

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      description = "A run by its id, by the beginning of it, or latest.")
  @Nullable String run;

  @Option(names = "--compare", paramLabel = "RUN", description = "Another run to set beside it.")
  @Nullable String compare;

  @Option(
      names = "--daily",
      paramLabel = "DATE",
      arity = "0..1",
      fallbackValue = TODAY,
      description = {
        "In place of RUN: the runs that began on a day, as in 2026-03-01, yesterday or",
        "today, which is meant if none is said."
      })
  @Nullable String daily;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      converter = FormatConverter.class,
      description = "html (default), md or json.")
  Format format = Format.HTML;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = {
        "Where to write it; default: of html report-RUN.html or report-DATE.html in the",
        "working folder, otherwise standard output."
      })
  @Nullable Path output;

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description = {
        "Tell what it cost, by the prices of this YAML file:",
        "currency, cpu_hour, gb_hour and database_hour."
      })
  @Nullable Path prices;

  public ReportCommand(Console console) {
    super(console);
  }

  /** What a report is written as. */
  enum Format {
    HTML,
    MD,
    JSON
  }

  static final class FormatConverter extends WordConverter<Format> {
    FormatConverter() {
      super(Format.class);
    }
  }

  @Override
  int answer() {
    check();
    Prices by = prices == null ? null : PriceFile.read(prices);
    LocalDate day = daily == null ? null : day(daily);
    try (History kept = open()) {
      if (day != null) {
        DailyReport report = DailyReport.of(kept, day, ZoneId.systemDefault(), by);
        write(day.toString(), report::html, report::markdown, report::json);
      } else {
        RunDetail one = find(kept, String.valueOf(run));
        RunDetail other = compare == null ? null : find(kept, compare);
        RunReport report = RunReport.of(kept, one, other, by, ZoneId.systemDefault());
        write(one.line().id(), report::html, report::markdown, report::json);
      }
      return ExitCode.DONE;
    }
  }

  private void check() {
    if (run == null && daily == null) {
      throw new UsageException(
          "Invalid run: none (must be the id of a run that `millrace history` lists, or latest;"
              + " or say --daily)");
    }
    if (daily != null && run != null) {
      throw new UsageException("Invalid run: %s (must be left out with --daily)".formatted(run));
    }
    if (daily != null && compare != null) {
      throw new UsageException(
          "Invalid --compare: %s (must be left out with --daily)".formatted(compare));
    }
  }

  private static LocalDate day(String text) {
    LocalDate today = LocalDate.now(ZoneId.systemDefault());
    try {
      return switch (text) {
        case TODAY -> today;
        case YESTERDAY -> today.minusDays(1);
        default -> LocalDate.parse(text);
      };
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "Invalid --daily: %s (must be a date as in 2026-03-01, today or yesterday)"
              .formatted(text),
          e);
    }
  }

  private void write(
      String name, Supplier<String> html, Supplier<String> markdown, Supplier<String> json) {
    String text =
        switch (format) {
          case HTML -> html.get();
          case MD -> markdown.get();
          case JSON -> json.get() + "\n";
        };
    Path file = output;
    if (file == null && format == Format.HTML) {
      file = console().folder().resolve("report-%s.html".formatted(name));
    }
    if (file == null) {
      console().out().print(text);
      return;
    }
    ReportFile.write(file, text);
    console().out().println("The report is in " + file);
  }
}
