// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.run.Status;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.option.WordConverter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace history}. */
@Command(
    name = "history",
    description = "Lists the runs that are known on this machine, or shows one.")
public final class HistoryCommand extends KeptRunsCommand {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      description = "A run by its id, or latest; default: list them.")
  @Nullable String run;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "20",
      description = "List at most so many, the latest first, 1 to 100000; default: 20.")
  int last = 20;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      converter = StatusConverter.class,
      description = "List those that are running, done, failed, stopped or lost.")
  @Nullable Status status;

  @Option(names = "--command", paramLabel = "NAME", description = "List those of one command.")
  @Nullable String command;

  @Option(
      names = "--pipeline",
      paramLabel = "PIPELINE",
      description = "List those of one pipeline, as the list names it.")
  @Nullable String pipeline;

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "List those that began no longer ago than that, as in 24h.")
  @Nullable Duration since;

  @Option(names = "--json", description = "One JSON object a line.")
  boolean json;

  public HistoryCommand(Console console) {
    super(console);
  }

  static final class StatusConverter extends WordConverter<Status> {
    StatusConverter() {
      super(Status.class);
    }
  }

  @Override
  int answer() {
    try (History kept = open()) {
      if (run == null) {
        list(kept.runs(filter()));
      } else {
        show(find(kept, run));
      }
      return ExitCode.DONE;
    }
  }

  private RunFilter filter() {
    RunFilter filter;
    try {
      filter = RunFilter.latest(last);
    } catch (IllegalArgumentException e) {
      throw new UsageException("Invalid --last: %d (must be from 1 to 100000)".formatted(last), e);
    }
    filter = status == null ? filter : filter.with(status);
    filter = command == null ? filter : filter.ofCommand(command);
    filter = pipeline == null ? filter : filter.of(pipeline);
    return since == null ? filter : filter.since(Instant.now().minus(since));
  }

  private void list(List<RunLine> runs) {
    if (json) {
      runs.forEach(each -> console().out().println(Json.write(each)));
      return;
    }
    if (runs.isEmpty()) {
      console().err().println("No run is like that.");
      return;
    }
    console()
        .out()
        .printf(
            Locale.ROOT,
            "%-25s %-8s %-19s %9s %14s %11s  %s%n",
            "RUN",
            "STATUS",
            "STARTED",
            "SECONDS",
            "ROWS",
            "ROWS/S",
            "PIPELINE");
    runs.forEach(each -> console().out().println(line(each)));
  }

  private static String line(RunLine run) {
    Double seconds = run.totals().seconds();
    Long rows = run.totals().rowsWritten();
    return String.format(
        Locale.ROOT,
        "%-25s %-8s %-19s %9s %14s %11s  %s",
        run.id(),
        run.status().label(),
        TIME.format(run.started().atZone(ZoneId.systemDefault())),
        seconds == null ? "-" : String.format(Locale.ROOT, "%.1f", seconds),
        rows == null ? "-" : String.format(Locale.ROOT, "%,d", rows),
        rows == null || seconds == null || seconds == 0
            ? "-"
            : String.format(Locale.ROOT, "%,.0f", rows / seconds),
        run.pipeline());
  }

  private void show(RunDetail run) {
    if (json) {
      console().out().println(Json.write(run));
      return;
    }
    RunLine line = run.line();
    List<String> lines = new ArrayList<>();
    lines.add("%s %s, %s".formatted(line.id(), line.status().label(), line.pipeline()));
    if (line.error() != null) {
      lines.add("  " + line.error());
    }
    lines.add(
        "  started %s on %s, runner %s, version %s"
            .formatted(
                TIME.format(line.started().atZone(ZoneId.systemDefault())),
                line.host(),
                line.runner(),
                line.code()));
    add(lines, "seconds", line.totals().seconds());
    add(lines, "rows read", line.totals().rowsRead());
    add(lines, "rows written", line.totals().rowsWritten());
    add(lines, "rejected", line.totals().rowsRejected());
    add(lines, "cpu seconds", line.totals().cpuSeconds());
    add(lines, "peak bytes", line.totals().peakRssBytes());
    if (run.snapshot() != null && run.snapshot().slowest() != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  slowest: %s, %.0f %% %s; %s",
              run.snapshot().slowest().stage(),
              run.snapshot().slowest().share() * 100,
              run.snapshot().slowest().cause(),
              run.snapshot().slowest().advice()));
    }
    lines.add("  configuration " + line.configurationHash());
    for (Map.Entry<String, String> each : run.start().configuration().entrySet()) {
      lines.add("    %s: %s".formatted(each.getKey(), each.getValue()));
    }
    run.events()
        .forEach(
            event -> lines.add("  %s %s: %s".formatted(event.time(), event.kind(), event.text())));
    lines.forEach(console().out()::println);
  }

  private static void add(List<String> lines, String name, @Nullable Number value) {
    if (value != null) {
      String text =
          String.format(
              Locale.ROOT, value instanceof Long ? "%,.0f" : "%,.1f", value.doubleValue());
      lines.add(String.format(Locale.ROOT, "  %-14s %14s", name, text));
    }
  }
}
